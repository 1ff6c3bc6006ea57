import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Every project by its short name: `kit` → `libs/kit`. */
export function projects() {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const folders = workspaces.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const { name, nx } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return { name: name.replace('@tokometrics/', ''), folder, tags: nx?.tags ?? [] };
    })
    .sort((one, other) => one.folder.localeCompare(other.folder));
}
