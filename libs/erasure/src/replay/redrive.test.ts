import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@tokometrics/contracts';
import { AppError, fromDeadLetter, RETRY_HEADER, sha256Hex } from '@tokometrics/kit';
import type { InMessage, OutMessage, SweepOptions } from '@tokometrics/kit';
import fc from 'fast-check';
import { DecryptError, KeyShredded } from '../seal-errors.ts';
import type { RedriveRequest } from './arguments.ts';
import { filterOf, progressGroup } from './progress.ts';
import { redrive } from './redrive.ts';
import type { RedriveDeps } from './redrive.ts';

const GROUP = 'ingestion';
const TOPIC = 'tm.raw.order.v1';
const OPEN = '01JD0000000000000000000001';
const CLOSED = '01JD0000000000000000000002';
const OTHER = '01JD0000000000000000000003';
const SHREDDED = '01JD0000000000000000000004';
const REQUEST: RedriveRequest = {
  ...{ kind: 'dead-letters', group: GROUP, reason: undefined, shopKey: undefined },
  ...{ again: false, dryRun: false },
};
const key = (shop: string) => shop as NonNullable<RedriveRequest['shopKey']>;

interface Letter {
  readonly shop?: string;
  readonly reason?: string;
  readonly from?: string;
  /** none: only headers were kept; sealed: it came so; other: opens to something else. */
  readonly body?: 'kept' | 'none' | 'sealed' | 'other' | 'damaged';
  readonly partition?: number;
}

/** What sealing would give; opening it is the fake's own business. */
const sealOf = (text: string, kid = 'k') =>
  JSON.stringify({
    ...{ v: 1, kid, wdk: 'w', iv: '', tag: '' },
    ct: Buffer.from(text).toString('base64'),
  });

function letterAt(offset: number, letter: Letter): InMessage {
  const { body = 'kept', shop = OPEN, reason = 'schema', partition = 0 } = letter;
  const text = body === 'sealed' ? sealOf(`secret ${String(offset)}`) : `record ${String(offset)}`;
  const parked = {
    kept: sealOf(text),
    none: null,
    sealed: text,
    other: sealOf('another body'),
    damaged: sealOf(text, 'damaged'),
  }[body];
  return {
    ...{ topic: `tm.dlq.${GROUP}.v1`, partition, offset: String(offset), timestamp: 0, key: shop },
    value: parked === null ? null : Buffer.from(parked),
    headers: {
      [HEADERS.id]: `id-${String(offset)}`,
      [HEADERS.type]: 'com.tokometrics.raw.order.v1',
      [HEADERS.shopKey]: shop,
      [HEADERS.epoch]: '1',
      [RETRY_HEADER.reason]: reason,
      [RETRY_HEADER.originTopic]: letter.from ?? TOPIC,
      [RETRY_HEADER.originPartition]: '2',
      [RETRY_HEADER.originOffset]: '77',
      [RETRY_HEADER.bodyKept]: parked === null ? 'none' : 'sealed',
      [RETRY_HEADER.bodySha256]: sha256Hex(text),
      [RETRY_HEADER.bodyLength]: String(text.length),
    },
  };
}

/** Dead letters, consumer groups and fences in memory; `dies` says before which step a run is killed. */
function aWorld(letters: readonly Letter[], batch = 3) {
  const messages = letters.map((letter, offset) => letterAt(offset, letter));
  const committed = new Map<string, Map<number, bigint>>();
  const sent: OutMessage[] = [];
  const fenced = new Set([CLOSED]);
  let dies: (step: 'publish' | 'commit') => boolean = () => false;
  let onPublish: () => void = () => undefined;
  let onOpen: () => void = () => undefined;

  const sweep = async ({ group, again, onBatch }: SweepOptions): Promise<void> => {
    const offsets = again
      ? new Map<number, bigint>()
      : (committed.get(group) ?? new Map<number, bigint>());
    committed.set(group, offsets);
    for (const partition of new Set(messages.map((one) => one.partition))) {
      const left = messages.filter(
        (one) =>
          one.partition === partition && BigInt(one.offset) >= (offsets.get(partition) ?? 0n),
      );
      for (let at = 0; at < left.length; at += batch) {
        const part = left.slice(at, at + batch);
        await onBatch(part);
        if (dies('commit')) {
          throw new Error('killed');
        }
        offsets.set(partition, BigInt(part.at(-1)?.offset ?? 0) + 1n);
      }
    }
  };
  const admin = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    listTopics: () => Promise.resolve(letters.length === 0 ? [] : [`tm.dlq.${GROUP}.v1`]),
    listGroups: () => Promise.resolve([...committed.keys(), 'ingestion', 'replay:another::']),
    groupOffsets: (name: string) =>
      Promise.resolve(
        [...(committed.get(name) ?? [])].map(([partition, offset]) => ({
          ...{ topic: `tm.dlq.${GROUP}.v1`, partition, offset: offset.toString() },
        })),
      ),
  };
  const deps = {
    kafka: {
      sweep,
      admin: () => admin,
      readToEnd: async (_topic: string, take: (message: InMessage) => Promise<void>) => {
        for (const message of messages) {
          await take(message);
        }
      },
    },
    publish: (out: readonly OutMessage[]) => {
      if (dies('publish')) {
        return Promise.reject(new AppError('upstream.unavailable', 'kafka is away'));
      }
      onPublish();
      sent.push(...out);
      return Promise.resolve();
    },
    fences: {
      isFenced: (shop: string) => fenced.has(shop),
      guardedChunk: async <S extends { shopKey: string }, T>(
        scopes: readonly S[],
        op: (open: readonly S[]) => Promise<T>,
      ) => {
        const open = scopes.filter(({ shopKey }) => !fenced.has(shopKey));
        const value = open.length === 0 ? undefined : await op(open);
        return { value, fenced: scopes.filter(({ shopKey }) => fenced.has(shopKey)) };
      },
    },
    shops: { find: (shop: string) => (shop === OTHER ? undefined : { epoch: 1 }) },
    openMany: (
      items: readonly { context: { shopKey: string }; body: { kid: string; ct: string } }[],
    ) =>
      Promise.resolve(
        items.map(({ context, body }) => {
          onOpen();
          if (context.shopKey === SHREDDED) {
            return new KeyShredded();
          }
          return body.kid === 'damaged'
            ? new DecryptError('authentication')
            : Buffer.from(body.ct, 'base64');
        }),
      ),
    log: { error: () => undefined },
    groups: { [GROUP]: [TOPIC, 'tm.raw.product.v1'] },
  } as unknown as RedriveDeps;
  return {
    sent,
    messages,
    committed,
    fence: (shop: string) => fenced.add(shop),
    whenPublishing: (act: () => void) => (onPublish = act),
    whenOpening: (act: () => void) => (onOpen = act),
    dieAt: (when: typeof dies) => (dies = when),
    run: async (change: Partial<RedriveRequest> = {}) =>
      Object.fromEntries(
        await redrive(deps, { ...REQUEST, ...change }, new AbortController().signal),
      ),
    idsSent: () => sent.map(({ headers }) => headers?.[HEADERS.id]),
  };
}

describe('redrive', () => {
  it('sends a letter as the record that it was', async () => {
    const world = aWorld([{}]);

    const report = await world.run();

    expect(report).toEqual({ schema: { redriven: 1, fenced: 0, unreadable: 0, skipped: 0 } });
    expect(world.sent).toEqual([
      {
        ...{ topic: TOPIC, key: OPEN, value: Buffer.from('record 0') },
        headers: {
          [HEADERS.id]: 'id-0',
          [HEADERS.type]: 'com.tokometrics.raw.order.v1',
          [HEADERS.shopKey]: OPEN,
          [HEADERS.epoch]: '1',
        },
      },
    ]);
  });

  it('sends what had come sealed as it came: it is opened for nobody', async () => {
    const world = aWorld([{ body: 'sealed' }]);

    await world.run();

    expect(world.sent.map(({ value }) => String(value))).toEqual([sealOf('secret 0')]);
  });

  it.each([
    ['of a closed connection', { shop: CLOSED }, 'fenced'],
    ['whose key is destroyed', { shop: SHREDDED }, 'fenced'],
    ['of a closed connection without a body', { shop: CLOSED, body: 'none' }, 'fenced'],
    ['without a body', { body: 'none' }, 'unreadable'],
    ['whose body does not open', { body: 'damaged' }, 'unreadable'],
    ['whose body is not what was parked', { body: 'other' }, 'unreadable'],
    ['without a shop', { shop: '' }, 'unreadable'],
    ['from a topic that its group does not read', { from: 'tm.privacy.fence.v1' }, 'unreadable'],
  ] as const)('sends no letter %s, and counts it', async (_what, letter, fate) => {
    const world = aWorld([{ ...letter, reason: 'range' }, {}]);

    const report = await world.run();

    expect(world.idsSent()).toEqual(['id-1']);
    expect(report['range']).toEqual({
      ...{ redriven: 0, fenced: 0, unreadable: 0, skipped: 0 },
      [fate]: 1,
    });
  });

  it('sends nothing twice: not in a second run, and not in one of another choice', async () => {
    const world = aWorld([{ reason: 'range' }, {}, { reason: 'range', shop: SHREDDED }, {}]);

    await world.run({ reason: 'range' });
    const all = await world.run();
    const none = await world.run();
    const some = await world.run({ reason: 'schema' });

    expect(world.idsSent()).toEqual(['id-0', 'id-1', 'id-3']);
    expect(all['range']).toMatchObject({ redriven: 0, skipped: 2 });
    expect(none).toEqual({});
    expect(some['schema']).toMatchObject({ redriven: 0, skipped: 2 });
  });

  it('sends all of it again when it is told to', async () => {
    const world = aWorld([{}, {}]);

    await world.run();
    await world.run({ again: true });

    expect(world.idsSent()).toEqual(['id-0', 'id-1', 'id-0', 'id-1']);
  });

  it('counts without sending, and leaves no trace of that', async () => {
    const world = aWorld([{}, { shop: CLOSED }, { body: 'none' }]);

    const dry = await world.run({ dryRun: true });

    expect(world.sent).toEqual([]);
    expect(world.committed.size).toBe(0);
    expect(dry).toEqual(await world.run());
    expect(await world.run({ dryRun: true })).toEqual({});
  });

  it.each([
    ['that is closed', CLOSED, 'shop.fenced'],
    ['that nobody knows', OTHER, 'shop.unknown'],
  ])('refuses a shop %s', async (_what, shop, reason) => {
    const world = aWorld([{}]);

    await expect(world.run({ shopKey: key(shop) })).rejects.toMatchObject({ details: { reason } });
    expect(world.sent).toEqual([]);
  });

  it('stops when the shop that was asked for is closed meanwhile', async () => {
    const world = aWorld([{}, {}, {}, {}], 2);
    world.whenPublishing(() => world.fence(OPEN));

    await expect(world.run({ shopKey: key(OPEN) })).rejects.toMatchObject({
      details: { reason: 'shop.fenced' },
    });
    // What was on its way when the fence fell is dropped by every reader; no more is sent.
    expect(world.idsSent()).toEqual(['id-0', 'id-1']);
  });

  it('goes on with other shops when one is closed meanwhile', async () => {
    const shop = '01JD0000000000000000000009';
    const world = aWorld([{}, { shop }, { shop }, {}], 2);
    world.whenPublishing(() => world.fence(shop));

    const report = await world.run();

    expect(world.idsSent()).toEqual(['id-0', 'id-1', 'id-3']);
    expect(report['schema']).toMatchObject({ redriven: 2, fenced: 2 });
  });

  it('sends nothing of a shop that is closed while its letters are opened', async () => {
    const shop = '01JD0000000000000000000009';
    const world = aWorld([{ shop }, {}]);
    world.whenOpening(() => world.fence(shop));

    const report = await world.run();

    expect(world.idsSent()).toEqual(['id-1']);
    expect(report['schema']).toMatchObject({ redriven: 1, fenced: 1 });
  });

  it('refuses a group that is not of this service', async () => {
    await expect(aWorld([{}]).run({ group: 'toString' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('has nothing to say of a group that has never parked', async () => {
    expect(await aWorld([]).run()).toEqual({});
  });

  it('loses no letter, wherever it is killed and whatever is asked for', async () => {
    const letter = fc.record({
      shop: fc.constantFrom(OPEN, OPEN, CLOSED),
      reason: fc.constantFrom('schema', 'range'),
      body: fc.constantFrom('kept' as const, 'kept' as const, 'sealed' as const, 'none' as const),
      partition: fc.nat({ max: 1 }),
    });
    const run = fc.record({
      reason: fc.constantFrom(undefined, 'schema', 'range'),
      diesAfter: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(letter, { minLength: 1, maxLength: 12 }),
        fc.array(run, { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (letters, runs, batch) => {
          const world = aWorld(letters, batch);
          let lives = 0;
          for (const { reason, diesAfter } of runs) {
            let steps = 0;
            world.dieAt(() => diesAfter !== undefined && (steps += 1) > diesAfter);
            await world.run({ reason }).then(
              () => (lives += 1),
              () => undefined,
            );
          }
          world.dieAt(() => false);
          await world.run();

          const due = world.messages.filter(
            (one) =>
              fromDeadLetter(one).parked !== undefined && one.headers[HEADERS.shopKey] === OPEN,
          );
          const ids = world.idsSent();
          expect(new Set(ids)).toEqual(new Set(due.map(({ headers }) => headers[HEADERS.id])));
          // Only a run that was killed makes the next one repeat, a batch each at most.
          const killed = runs.length - lives;
          expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(killed * batch);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the progress of a choice', () => {
  it('is kept under a name that tells the choice again, and no other', () => {
    const choice = fc.record({
      reason: fc.option(fc.stringMatching(/^[a-z][a-z0-9._-]{0,9}$/), { nil: undefined }),
      shopKey: fc.constantFrom(undefined, OPEN, CLOSED),
    });
    fc.assert(
      fc.property(choice, choice, (one, other) => {
        const name = progressGroup(GROUP, one);
        expect(filterOf(GROUP, name)).toEqual(one);
        expect(filterOf('ingestion-bf', name)).toBeUndefined();
        expect(progressGroup(GROUP, other) === name).toBe(
          one.reason === other.reason && one.shopKey === other.shopKey,
        );
      }),
    );
  });
});
