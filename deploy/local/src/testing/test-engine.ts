import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../engines/engine.ts';
import { startEngines } from '../engines/start-engines.ts';
import type { Engines } from '../engines/start-engines.ts';

export const repositoryRoot = fileURLToPath(new URL('../../../../', import.meta.url));

/** Engines of one test file, in a folder of their own that goes with them. */
export async function startTestEngines(...only: EngineName[]): Promise<Engines> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tokometrics-local-'));
  const engines = await startEngines({ root: repositoryRoot, dataDir, only });
  return {
    ...engines,
    async stop() {
      await engines.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
