import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '');

const LOCAL = join(ROOT, '.local');

/** Everything that a local installation keeps lies below `.local`. */
export const PLACES = {
  local: LOCAL,
  engines: join(LOCAL, 'engines'),
  data: join(LOCAL, 'data'),
  logs: join(LOCAL, 'logs'),
  mail: join(LOCAL, 'data', 'mail'),
  certificates: join(LOCAL, 'certificates'),
  credentials: join(LOCAL, 'credentials.json'),
  state: join(LOCAL, 'state.json'),
  policies: join(ROOT, 'deploy', 'vault', 'policies'),
  dashboard: join(ROOT, 'services', 'dashboard'),
  builtDashboard: join(ROOT, 'services', 'dashboard', 'dist'),
} as const;
