import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { privacyAck } from '@tokometrics/contracts';
import type { Fence, PrivacyAck } from '@tokometrics/contracts';
import { done } from '@tokometrics/kit';
import type {
  InMessage,
  Kafka,
  Logger,
  OutMessage,
  TailOptions,
  VaultClient,
} from '@tokometrics/kit';
import fc from 'fast-check';
import { verifyAckSignature } from './acks.ts';
import { createFenceMap } from './fence-map.ts';
import { fenced, splitByFence } from './fenced.ts';
import { createFences } from './fences.ts';

const SHOP = '01JD0000000000000000000001';
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as unknown as Logger;

function record(throughEpoch: number, offset: number): InMessage {
  const value: Fence = {
    v: 1,
    scope: `shop:${SHOP}`,
    erasedThroughEpoch: throughEpoch,
    ledgerSeq: 7,
    requestId: '01JD00000000000000000000R1' as Fence['requestId'],
    at: '2026-11-25T10:00:00.000Z',
  };
  return {
    topic: 'tm.privacy.fence.v1',
    partition: 0,
    offset: String(offset),
    key: value.scope,
    value: Buffer.from(JSON.stringify(value)),
    headers: {},
    timestamp: 0,
  };
}

/** The fence topic as one instance hears it, with a heart that the test can stop. */
function aWorld(before: readonly InMessage[] = []) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  let nowMs = 0;
  let tail: TailOptions | undefined;
  const all = [...before];
  const sent: OutMessage[] = [];
  const told: string[] = [];
  const clock = { now: () => new Date(0), monotonicMs: () => nowMs };
  const kafka = {
    tail: (options: TailOptions) => {
      tail = options;
      return {
        name: 'tail',
        start: async () => {
          for (const message of before) {
            await options.onMessage(message);
          }
        },
        stop: () => Promise.resolve(),
      };
    },
    readToEnd: async (_topic: string, onMessage: (message: InMessage) => void) => {
      all.forEach(onMessage);
      await Promise.resolve();
    },
  } as unknown as Kafka;
  const vault = {
    transit: {
      createKey: () => Promise.resolve(),
      sign: (_name: string, bytes: Buffer) => Promise.resolve(sign(null, bytes, privateKey)),
    },
  } as unknown as VaultClient;
  let failures = 0;
  const fences = createFences({
    kafka,
    vault,
    producer: {
      send: (batch) => {
        sent.push(...batch);
        return Promise.resolve();
      },
    },
    service: 'ingestion',
    instanceId: 'i1',
    clock,
    log,
    onFence: (scope, throughEpoch) => {
      if (failures > 0) {
        failures -= 1;
        return Promise.reject(new Error('cannot stop yet'));
      }
      told.push(`${scope}:${String(throughEpoch)}`);
      return Promise.resolve();
    },
  });
  return {
    fences,
    told,
    raw,
    acks: (): PrivacyAck[] => sent.map(({ value }) => privacyAck.parse(JSON.parse(String(value)))),
    deliver: async (message: InMessage, isHeard = true) => {
      all.push(message);
      if (isHeard) {
        await tail?.onMessage(message);
      }
      await settle();
    },
    beat: () => tail?.onHeartbeat?.(),
    pass: (ms: number) => {
      nowMs += ms;
    },
    failOnce: () => {
      failures = 1;
    },
  };
}

const settle = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('createFenceMap', () => {
  it('never falls, in whatever order the records come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (epochs) => {
        const map = createFenceMap();
        let highest = 0;

        for (const epoch of epochs) {
          map.raise(`shop:${SHOP}`, epoch);
          highest = Math.max(highest, epoch);

          expect(map.throughEpoch(SHOP)).toBe(highest);
          expect(map.isFenced(SHOP, highest)).toBe(true);
          expect(map.isFenced(SHOP, highest + 1)).toBe(false);
        }
      }),
    );
  });
});

describe('createFences', () => {
  it('knows every fence before it starts, without answering for old ones', async () => {
    const world = aWorld([record(2, 0)]);

    await world.fences.start();

    expect(world.fences.isFenced(SHOP, 2)).toBe(true);
    expect(world.fences.isFenced(SHOP, 3)).toBe(false);
    expect(world.told).toEqual([`shop:${SHOP}:2`]);
    expect(world.acks()).toEqual([]);
    await world.fences.stop();
  });

  it('answers a new fence with a signed ack, and again when it is repeated', async () => {
    const world = aWorld();
    await world.fences.start();

    await world.deliver(record(1, 0));
    await world.deliver(record(1, 1));

    const [first, second] = world.acks();
    expect(first).toMatchObject({ phase: 'FENCE', storeId: 'service:ingestion', watermark: 7 });
    expect(second?.msgId).not.toBe(first?.msgId);
    expect(first !== undefined && verifyAckSignature(first, [world.raw])).toBe(true);
    expect(first !== undefined && verifyAckSignature({ ...first, found: 1 }, [world.raw])).toBe(
      false,
    );
    await world.fences.stop();
  });

  it('answers only after the work in flight has ended', async () => {
    const world = aWorld();
    await world.fences.start();
    let finish: () => void = () => undefined;
    const write = world.fences.guardedWrite(
      SHOP,
      1,
      () => new Promise<void>((resolve) => (finish = resolve)),
    );

    await world.deliver(record(1, 0));
    const acksBefore = world.acks().length;
    finish();
    const result = await write;
    await settle();

    expect(acksBefore).toBe(0);
    expect(result).toEqual({ kind: 'fenced' });
    expect(world.acks()).toHaveLength(1);
    await world.fences.stop();
  });

  it('withholds the ack while the service cannot stop its work', async () => {
    const world = aWorld();
    await world.fences.start();
    world.failOnce();

    await world.deliver(record(1, 0));
    const acksBefore = world.acks().length;
    await world.deliver(record(1, 1));

    expect(acksBefore).toBe(0);
    expect(world.acks()).toHaveLength(1);
    await world.fences.stop();
  });

  it('takes back what was written while the fence fell, and refuses what comes later', async () => {
    const world = aWorld();
    await world.fences.start();
    const undone: string[] = [];

    const late = await world.fences.guardedWrite(
      SHOP,
      1,
      async () => {
        await world.deliver(record(1, 0));
        return 'row-1';
      },
      {
        undo: (row) => {
          undone.push(row);
          return Promise.resolve();
        },
      },
    );
    const after = await world.fences.guardedWrite(SHOP, 1, () => Promise.resolve('row-2'));
    const next = await world.fences.guardedWrite(SHOP, 2, () => Promise.resolve('row-3'));

    expect(late).toEqual({ kind: 'fenced' });
    expect(undone).toEqual(['row-1']);
    expect(after).toEqual({ kind: 'fenced' });
    expect(next).toEqual({ kind: 'done', value: 'row-3' });
    await world.fences.stop();
  });

  it('withholds the ack until what landed late is taken back', async () => {
    const world = aWorld();
    await world.fences.start();
    const rows = new Set(['archived']);
    let isStoreUp = false;
    let fail: (error: Error) => void = () => undefined;
    const late = world.fences.guardedChunk(
      [{ shopKey: SHOP, epoch: 1 }],
      () => new Promise<void>((_, reject) => (fail = reject)),
      {
        undo: () => {
          if (!isStoreUp) {
            return Promise.reject(new Error('store away'));
          }
          rows.clear();
          return Promise.resolve();
        },
      },
    );

    await world.deliver(record(1, 0));
    fail(new Error('facts not taken'));
    await expect(late).rejects.toThrow('facts not taken');
    await settle();
    const [acksBefore, rowsBefore] = [world.acks().length, rows.size];
    isStoreUp = true;
    await world.deliver(record(1, 1));

    expect([acksBefore, rowsBefore]).toEqual([0, 1]);
    expect([...rows]).toEqual([]);
    expect(world.acks()).toHaveLength(1);
    await world.fences.stop();
  });

  it('writes the open scopes of a chunk and names the closed ones', async () => {
    const world = aWorld([record(1, 0)]);
    await world.fences.start();
    const scopes = [
      { shopKey: SHOP, epoch: 1 },
      { shopKey: SHOP, epoch: 2 },
    ];

    const result = await world.fences.guardedChunk(scopes, (open) =>
      Promise.resolve(open.map(({ epoch }) => epoch)),
    );

    expect(result).toEqual({ value: [2], fenced: [{ shopKey: SHOP, epoch: 1 }] });
    await world.fences.stop();
  });

  it('fences itself when its heart stops, and acts again only after all fences are read', async () => {
    const world = aWorld();
    await world.fences.start();

    world.pass(10_001);
    const silent = world.fences.healthy();
    const refused = world.fences.guardedWrite(SHOP, 1, () => Promise.resolve());
    await expect(refused).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await world.deliver(record(1, 0), false);
    world.beat();
    const justAlive = world.fences.healthy();
    await settle(800);

    expect(silent).toBe(false);
    expect(justAlive).toBe(false);
    expect(world.fences.healthy()).toBe(true);
    expect(world.fences.isFenced(SHOP, 1)).toBe(true);
    await world.fences.stop();
  });

  it('does not act on a write whose lease ran out before its end is certain', async () => {
    const world = aWorld();
    await world.fences.start();
    const undone: string[] = [];

    const result = await world.fences.guardedWrite(
      SHOP,
      1,
      async () => {
        // Frozen for a minute in the middle of the write, while the fence fell unheard.
        world.pass(60_000);
        await world.deliver(record(1, 0), false);
        setTimeout(() => world.beat(), 20);
        return 'row';
      },
      {
        undo: (row) => {
          undone.push(row);
          return Promise.resolve();
        },
      },
    );

    expect(result).toEqual({ kind: 'fenced' });
    expect(undone).toEqual(['row']);
    await world.fences.stop();
  });
});

describe('fenced', () => {
  const order = (headers: Record<string, string>): InMessage => ({
    topic: 'tm.raw.order.v1',
    partition: 0,
    offset: '0',
    key: SHOP,
    value: Buffer.from('not even JSON'),
    headers,
    timestamp: 0,
  });
  const of = (epoch: number): InMessage => order({ tm_shopkey: SHOP, tm_epoch: String(epoch) });

  it('drops by headers, parks what has no scope, hands on the rest', async () => {
    const world = aWorld([record(1, 0)]);
    await world.fences.start();
    const handled: string[] = [];
    const handle = fenced(world.fences, (message) => {
      handled.push(message.headers['tm_epoch'] ?? '');
      return Promise.resolve(done);
    });

    const outcomes = await Promise.all([handle(of(1)), handle(order({})), handle(of(2))]);
    const split = splitByFence(world.fences, [of(1), order({}), of(2)]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['skip', 'park', 'done']);
    expect(handled).toEqual(['2']);
    expect([split.live.length, split.dropped.length, split.unscoped.length]).toEqual([1, 1, 1]);
    await world.fences.stop();
  });

  it('neither drops nor handles while fences cannot be heard', async () => {
    const world = aWorld([record(1, 0)]);
    await world.fences.start();
    const handle = fenced(world.fences, () => Promise.resolve(done));
    world.pass(10_001);

    await expect(handle(of(1))).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await world.fences.stop();
  });
});
