import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEADERS, MARKER_TYPE, marker } from '@tokometrics/contracts';
import type { Marker } from '@tokometrics/contracts';
import { createSealer, parseSealed } from '@tokometrics/erasure';
import type { InMessage } from '@tokometrics/kit';
import { createClock } from '@tokometrics/kit';
import { eventually } from '@tokometrics/testkit';
import {
  aPerson,
  connect,
  FIXTURE_SECRET,
  lifecycleOf,
  openPlace,
  readAll,
  startConnector,
  startSandbox,
} from './connector.fixture.ts';
import type { Person, Place, Running, Sandbox } from './connector.fixture.ts';

jestTimeout();

/** One real sandbox, one real set of engines, one week of real orders. */
function jestTimeout(): void {
  // Set per hook and test below: the sandbox reads its file, the engines are shared with others.
}
const LONG = 120_000;

interface Stage {
  resource: string;
  state: string;
  progress: { done: number; total: number | null };
}

let sandbox: Sandbox;
let place: Place;
let running: Running;
const person: Person = aPerson();
let shopKey: string;

beforeAll(async () => {
  const real = new Date().toISOString();
  const clockAt = `2026-11-23T12:00:00.000Z@${real}`;
  sandbox = await startSandbox({ clockAt });
  place = await openPlace(import.meta, sandbox);
  place.env['CLOCK_AT'] = clockAt;
  running = await startConnector(place);
}, LONG);

afterAll(async () => {
  await running?.stop();
  await place?.stop();
  await sandbox?.stop();
}, LONG);

async function stages(): Promise<Stage[]> {
  const { body } = await running.call(person, 'GET', `/v1/shops/${shopKey}/sync`);
  return (body as { stages: Stage[] }).stages;
}

function isMarker(message: InMessage): boolean {
  return message.headers[HEADERS.type] === MARKER_TYPE;
}

async function openBodies(messages: readonly InMessage[]): Promise<Record<string, unknown>[]> {
  const sealer = createSealer({ vault: place.vault, clock: createClock() });
  return Promise.all(
    messages.map(async (message) => {
      const envelope = JSON.parse(message.value?.toString('utf8') ?? '{}') as Record<string, never>;
      const sealed = parseSealed(Buffer.from(JSON.stringify(envelope['data'])));
      if (sealed === undefined) {
        throw new Error('not sealed');
      }
      const body = await sealer.open(
        {
          ceType: envelope['type'],
          shopKey: envelope['shopkey'],
          epoch: envelope['epoch'],
          ceId: envelope['id'],
        } as never,
        sealed,
      );
      return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    }),
  );
}

describe('a shop is connected', () => {
  it(
    'loads the whole history, and says so',
    async () => {
      const outcome = await connect(running, sandbox, person);
      expect(outcome).toMatchObject({ state: 'granted', missing: [] });
      shopKey = outcome.shops[0]?.shopKey ?? '';

      const done = await eventually(
        async () => {
          const now = await stages();
          expect(now.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
          return now;
        },
        { timeoutMs: 60_000, everyMs: 300 },
      );

      expect(done.map(({ progress }) => progress.done)).toEqual([272, 1132, 9, 175]);
      expect(await lifecycleOf(place, shopKey)).toEqual(['connected@1']);
    },
    LONG,
  );
});
