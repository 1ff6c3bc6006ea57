import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lifecycled, Logger } from '@tokometrics/kit';
import { sandboxState, type SandboxState, type StateHandle } from '../domain/sandbox-state.ts';

const DEBOUNCE_MS = 150;
const FILE = 'sandbox-state.json';

export interface StateFileOptions {
  readonly dir: string;
  readonly log: Logger;
  readonly initial: () => SandboxState;
}

/** One JSON file, replaced as a whole, so that a crash leaves the old or the new one. */
export function openStateFile({ dir, log, initial }: StateFileOptions): StateHandle & Lifecycled {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, FILE);
  let state = readState(path) ?? initial();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const temporary = `${path}.new`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(state));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // One write at a time; a failed one must not stop the later ones.
    writing = writing.catch(() => undefined).then(write);
    return writing;
  };
  const save = (): void => {
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) => {
        log.error({ err: error }, 'sandbox state was not written');
      });
    }, DEBOUNCE_MS);
  };

  return {
    name: 'state file',
    get state() {
      return state;
    },
    save,
    flush,
    replace: (next) => {
      state = next;
      save();
    },
    start: () => flush(),
    stop: () => flush(),
  };
}

function readState(path: string): SandboxState | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  const parsed = sandboxState.safeParse(parseJson(readFileSync(path, 'utf8')));
  if (!parsed.success) {
    throw new Error(`${FILE} is not a state of this version; delete it to seed the sandbox again`);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
