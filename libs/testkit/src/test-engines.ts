import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngines } from '@tokometrics/local';
import type { EngineName, Engines, Log } from '@tokometrics/local';

export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

export interface TestEnginesOptions {
  readonly only?: readonly EngineName[];
  readonly log?: Log;
  /** Addresses of engines that run already; by default none, so that a suite may kill its own. */
  readonly given?: Readonly<Record<string, string | undefined>>;
}

/** A set of engines of its own, in a folder that goes with it: for suites that stop, kill or seal. */
export async function startTestEngines(options: TestEnginesOptions = {}): Promise<Engines> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tokometrics-test-'));
  const discard = () => {
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const set = await startEngines({ root: repositoryRoot, dataDir, ...options });
    return {
      ...set,
      async stop() {
        await set.stop();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
