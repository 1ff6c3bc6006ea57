import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '@tokometrics/local';
import type { Stack } from '@tokometrics/local';
import { createControl, Merchant, repositoryRoot } from '@tokometrics/testkit';
import type { Control } from '@tokometrics/testkit';

/** The instant for which the retail shop's expected figures were computed. */
export const RETAIL_NOW = '2026-11-23T12:00:00Z';

export interface BenchStack {
  readonly stack: Stack;
  readonly control: Control;
  /** Signed in as the demo merchant. */
  readonly merchant: Merchant;
  stop(): Promise<void>;
}

export interface BenchStackOptions {
  readonly clock: 'machine' | typeof RETAIL_NOW;
  readonly envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly beforeServices?: Promise<void>;
  /** These services and no others. */
  readonly only?: readonly string[];
}

/** Raised, so that what is measured is the product and not the platform's quota. */
export const RAISED_LIMITS = {
  'tiktok-sandbox': { RATE_LIMIT_RPS: '0' },
  connector: { TIKTOK_RATE_START: '1000', TIKTOK_RATE_CEILING: '1000' },
  gateway: { RATE_LIMIT_PER_MINUTE: '1000000' },
} as const;

/** The whole product on engines of its own, in a folder that goes with it. */
export async function startBenchStack(options: BenchStackOptions): Promise<BenchStack> {
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-bench-'));
  const discard = () => {
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      root: repositoryRoot,
      dir,
      log: () => undefined,
      heals: false,
      env:
        options.clock === 'machine'
          ? {}
          : { CLOCK_AT: `${options.clock}@${new Date().toISOString()}` },
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.envOf === undefined ? {} : { envOf: options.envOf }),
      ...(options.beforeServices === undefined ? {} : { beforeServices: options.beforeServices }),
    });
    const port = stack.services['tiktok-sandbox']?.ports['CONTROL_PORT'];
    const merchant = new Merchant(stack.publicUrl);
    await merchant.signIn({
      email: stack.credentials.demoEmail,
      password: stack.credentials.demoPassword,
    });
    return {
      stack,
      merchant,
      control: createControl(`http://127.0.0.1:${String(port)}`),
      async stop() {
        await stack.stop();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
