import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '@tokometrics/local';
import type { Stack, StackOptions } from '@tokometrics/local';
import { engineEnv, repositoryRoot, suiteNames } from '@tokometrics/testkit';
import type { SuiteNames } from '@tokometrics/testkit';
import { createControl } from './control.ts';
import type { Control } from './control.ts';

/** The instant that the expected figures were computed for. */
export const ACCEPTANCE_NOW = '2026-11-23T12:00:00Z';

export interface SystemOptions {
  /** Shown instant of all services and the sandbox (default the acceptance instant); null: the machine's. */
  readonly now?: string | null;
  /** Invoices of the retail shop; default its first week. */
  readonly csv?: 'week' | 'year';
  /** On engines of its own, so that a test may kill them. */
  readonly ownEngines?: boolean;
  readonly heals?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface System {
  readonly stack: Stack;
  readonly control: Control;
  readonly publicUrl: string;
  readonly mailboxUrl: string;
  readonly dir: string;
  /** Put before the names of topics; nothing on engines of its own. */
  readonly topicPrefix: string;
  /** Stops all services and starts them again on the same data, with the clock at that instant. */
  restartAt(instant: string): Promise<void>;
  stop(): Promise<void>;
}

const FILES = { week: 'online_retail_week_2010-12-01_07.csv.gz', year: 'online_retail.csv.br' };

export function dataFile(name: string): string {
  return join(repositoryRoot, 'services', 'tiktok-sandbox', 'data', name);
}

/** The whole product as a person has it, under names of its own, with the sandbox as TikTok Shop. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { now = ACCEPTANCE_NOW } = options;
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-e2e-'));
  const names = suiteNames(import.meta);
  let stack = await startStack(stackOptions(options, { dir, names, now }));
  return {
    get stack() {
      return stack;
    },
    get publicUrl() {
      return stack.publicUrl;
    },
    get mailboxUrl() {
      return stack.mailbox.pageUrl;
    },
    get control() {
      const port = stack.services['tiktok-sandbox']?.ports['CONTROL_PORT'];
      return createControl(`http://127.0.0.1:${String(port)}`);
    },
    dir,
    topicPrefix: options.ownEngines === true ? '' : names.topicPrefix,
    async restartAt(instant) {
      await stack.stop();
      stack = await startStack(stackOptions(options, { dir, names, now: instant }));
    },
    async stop() {
      await stack.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly dir: string;
  readonly names: SuiteNames;
  readonly now: string | null;
}

function stackOptions(options: SystemOptions, { dir, names, now }: Place): StackOptions {
  const clock = now === null ? {} : { CLOCK_AT: `${now}@${new Date().toISOString()}` };
  return {
    root: repositoryRoot,
    dir,
    log: () => undefined,
    heals: options.heals ?? false,
    ...(options.ownEngines === true ? {} : sharedEngines(names)),
    env: { ...clock, PASSWORD_HASH_COST: '4', PASSWORD_HASH_COST_UNSAFE: 'true', ...options.env },
    envOf: {
      ...options.envOf,
      'tiktok-sandbox': {
        RETAIL_CSV: dataFile(FILES[options.csv ?? 'week']),
        RATE_LIMIT_RPS: '0',
        ...options.envOf?.['tiktok-sandbox'],
      },
      connector: {
        TIKTOK_RATE_START: '1000',
        TIKTOK_RATE_CEILING: '1000',
        POLL_INTERVAL_MS: '1000',
        ...options.envOf?.['connector'],
      },
    },
  };
}

function sharedEngines(names: SuiteNames): Pick<StackOptions, 'given' | 'names'> {
  return {
    given: { ...engineEnv() },
    names: {
      prefix: names.mongoDatabase,
      clickhouseDatabase: names.clickhouseDatabase,
      topicPrefix: names.topicPrefix,
      kvMount: names.kvMount,
      transitMount: names.transitMount,
    },
  };
}
