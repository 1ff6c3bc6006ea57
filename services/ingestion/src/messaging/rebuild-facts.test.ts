import { describe, expect, it } from '@jest/globals';
import { backfillTwin, factTopic } from '@tokometrics/contracts';
import type { SealedWire } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import fc from 'fast-check';
import { createValidators } from '../adapters/ajv-validators.ts';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import { rebuild } from '../domain/rebuild.ts';
import type { RebuildState } from '../domain/rebuild.ts';
import { NOON_S, rawEvent, rawOrderBody } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { rebuildFacts } from './rebuild-facts.ts';
import { storeChunk } from './store-chunk.ts';

const SCOPE = { shopKey: aShopKey(), epoch: 1 };
const seal = (_context: unknown, plaintext: Buffer): Promise<SealedWire> =>
  Promise.resolve({
    ...{ v: 1, kid: 'k', wdk: 'w' },
    ...{ iv: '', ct: plaintext.toString('base64'), tag: '' },
  });
const prepare = {
  isFenced: () => false,
  open: (_context: unknown, { ct }: SealedWire) => Promise.resolve(Buffer.from(ct, 'base64')),
  validators: createValidators(),
  zoneOf: () => Promise.resolve('Europe/London'),
  cutoff: () => '2024-11-23',
};

async function orderOf(
  n: number,
  change: Readonly<Record<string, unknown>> = {},
): Promise<InMessage> {
  const body = rawOrderBody(`5764614130387${String(n).padStart(5, '0')}`, change);
  const { topic, value, headers = {} } = await rawEvent(seal, SCOPE, { body, seq: n + 1 });
  return {
    ...{ topic, value, headers, partition: 0, offset: String(n), timestamp: 0 },
    key: SCOPE.shopKey,
  };
}

interface Shown {
  readonly id: string;
  readonly rev: number;
  readonly origin: string;
  readonly data: { readonly localDate?: string };
}
const shown = ({ value }: OutMessage): Shown => JSON.parse(String(value)) as Shown;

/** One connection: what live chunks archive and send, with the wait that the test wants at each step. */
function aPlace(wait: () => Promise<void> = () => Promise.resolve()) {
  const archive = new Map<string, ArchivedEvent>();
  const sent: OutMessage[] = [];
  let state: RebuildState = { rev: 0, rebuilding: undefined };
  const send = async (batch: readonly OutMessage[]): Promise<void> => {
    await wait();
    sent.push(...batch);
  };
  const live = async (messages: readonly InMessage[]): Promise<void> => {
    await storeChunk(
      {
        readHeads: () => Promise.resolve(new Map()),
        writeHeads: () => Promise.resolve(),
        archive: async (events) => {
          await wait();
          events.forEach((event) => archive.set(event.id, event));
          return new Set<string>();
        },
        publish: send,
        revsOf: async () => {
          await wait();
          return new Map([[`${SCOPE.shopKey}:1`, state.rev]]);
        },
        guardedChunk: async (scopes, write) => {
          await write(scopes);
          return { fenced: [] };
        },
        count: () => undefined,
        countUnknown: () => undefined,
      },
      await prepareChunk(prepare, messages),
    );
  };
  const again = () =>
    rebuild({
      find: () => Promise.resolve(state),
      replace: async (_found, next) => {
        await wait();
        state = next;
        return true;
      },
      countArchived: () => Promise.resolve(archive.size * 2_000),
      readRange: async ({ from, below }) => {
        await wait();
        return [...archive.values()].filter(({ id }) => from <= id && id < below);
      },
      send: async (events, rev) => {
        const { facts, counts } = await rebuildFacts(prepare, events, rev);
        await send(facts);
        return counts;
      },
      now: () => new Date(0),
      pause: () => Promise.resolve(),
      onProgress: () => undefined,
      owner: 'one',
      signal: new AbortController().signal,
    });
  return { archive, sent, live, again };
}

describe('a rebuilt fact', () => {
  it('is the live one but for origin and revision, on the twin', async () => {
    const place = aPlace();
    const message = await orderOf(1);
    const envelope = JSON.parse(String(message.value)) as object;
    const fetchedat = '2026-11-24T08:00:00.123Z';
    await place.live([
      { ...message, value: Buffer.from(JSON.stringify({ ...envelope, fetchedat })) },
    ]);

    const result = await place.again();

    const [before, after] = place.sent.map(shown);
    expect(result).toMatchObject({ rev: 1, sent: 1, expired: 0 });
    expect(before).toMatchObject({ rev: 0, origin: 'live', fetchedat });
    expect(after).toEqual({ ...before, rev: 1, origin: 'rebuild' });
    expect(place.sent.map(({ topic }) => topic)).toEqual([
      factTopic('order'),
      backfillTwin(factTopic('order')),
    ]);
    expect(place.sent[1]?.headers).toEqual(place.sent[0]?.headers);
  });

  it('keeps the day that the first sight put it under', async () => {
    const place = aPlace();
    await place.live([await orderOf(1)]);
    for (const event of place.archive.values()) {
      place.archive.set(event.id, { ...event, localDate: '2026-11-20' });
    }

    await place.again();

    expect(place.sent.map(shown).map(({ data }) => data.localDate)).toEqual([
      '2026-11-23',
      '2026-11-20',
    ]);
  });

  it('is none where the event is too old or is refused by the rules of now', async () => {
    const place = aPlace();
    await place.live([await orderOf(1), await orderOf(2), await orderOf(3)]);
    const [old, odd] = [...place.archive.values()];
    const body = Buffer.from(JSON.stringify({ id: 1 })).toString('base64');
    const sealed = Buffer.from(JSON.stringify({ ...(await seal({}, Buffer.alloc(0))), ct: body }));
    place.archive.set(odd?.id ?? '', { ...odd, sealed } as ArchivedEvent);
    const message = await orderOf(1, { create_time: NOON_S - 99_999_999 });
    const { data } = JSON.parse(String(message.value)) as { data: object };
    place.archive.set(old?.id ?? '', {
      ...old,
      sealed: Buffer.from(JSON.stringify(data)),
    } as ArchivedEvent);

    const result = await place.again();

    expect(result).toMatchObject({ done: 3, sent: 1, expired: 1 });
    expect(result.refused).toEqual(new Map([['schema', 1]]));
  });
});

describe('facts that arrive while a rebuild runs', () => {
  it('all bear its revision in the end, in whatever order the steps come', async () => {
    const messages = await Promise.all(Array.from({ length: 4 }, (_, n) => orderOf(n)));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const place = aPlace(() => scheduler.schedule(Promise.resolve()));
        const work = Promise.all([
          ...messages.map((message) => place.live([message])),
          place.again(),
        ]);
        await scheduler.waitFor(work);

        const best = new Map<string, number>();
        for (const { id, rev } of place.sent.map(shown)) {
          best.set(id, Math.max(rev, best.get(id) ?? 0));
        }
        expect([...best.values()]).toEqual(messages.map(() => 1));
      }),
      { numRuns: 150 },
    );
  });
});
