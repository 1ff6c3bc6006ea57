import { generateKeyPairSync, sign } from 'node:crypto';
import { shopScope, TOPIC } from '@tokometrics/contracts';
import type { Fence, ShopKey } from '@tokometrics/contracts';
import { createFences } from '@tokometrics/erasure';
import type { InMessage, Kafka, TailOptions, VaultClient } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, turns } from '@tokometrics/testkit';
import { guardedBy } from './guarded-write.ts';

/** Longer than a heart may be silent. */
const SILENCE_MS = 10_001;

/** So many that all that is under way in memory has come to its end, or waits for something else. */
const nextTurns = (): Promise<void> => turns(100);

function fenceOf(shopKey: ShopKey, offset: number): InMessage {
  const scope = shopScope(shopKey);
  const value: Omit<Fence, 'requestId'> & { requestId: string } = {
    ...{ v: 1, scope, erasedThroughEpoch: 1, ledgerSeq: 7 },
    ...{ requestId: '01JD00000000000000000000R1', at: '2026-11-25T10:00:00.000Z' },
  };
  return {
    ...{ topic: TOPIC.fence, partition: 0, offset: String(offset), timestamp: 0 },
    ...{ key: scope, headers: {}, value: Buffer.from(JSON.stringify(value)) },
  };
}

/** The fences that every service has, with a topic in memory and a heart that the test can stop. */
export async function openGuardedStore() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const shopKey = aShopKey();
  const topic: InMessage[] = [];
  const rows = new Set<string>();
  const acks: unknown[] = [];
  let nowMs = 0;
  let isUp = true;
  let tail: TailOptions | undefined;
  const kafka = {
    tail: (options: TailOptions) => {
      tail = options;
      return { name: 'tail', start: () => Promise.resolve(), stop: () => Promise.resolve() };
    },
    readToEnd: (_topic: string, onMessage: (message: InMessage) => void) => {
      topic.forEach(onMessage);
      return Promise.resolve();
    },
  } as unknown as Kafka;
  const vault = {
    transit: {
      createKey: () => Promise.resolve(),
      sign: (_name: string, bytes: Buffer) => Promise.resolve(sign(null, bytes, privateKey)),
    },
  } as unknown as VaultClient;
  const fences = createFences({
    ...{ kafka, vault, service: 'connector', instanceId: 'i1', log: createMemoryLog().log },
    producer: { send: (batch) => Promise.resolve(void acks.push(...batch)) },
    clock: { now: () => new Date(0), monotonicMs: () => nowMs },
    onFence: () => Promise.resolve(),
  });
  await fences.start();
  const guarded = guardedBy(fences);

  return {
    ...{ rows, acks },
    /** Inserts a row; `meanwhile` is what happens between the row's landing and the answer. */
    insert: (meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<string> =>
      guarded(
        { shopKey, epoch: 1 },
        async () => {
          await nextTurns();
          rows.add('row');
          await meanwhile();
          return 'inserted';
        },
        () => {
          if (!isUp) {
            return Promise.reject(new Error('store away'));
          }
          rows.clear();
          return Promise.resolve();
        },
      ),
    /** Writes what brings nothing back that was removed. */
    change: (meanwhile: () => Promise<void>): Promise<string> =>
      guarded({ shopKey, epoch: 1 }, async () => {
        await nextTurns();
        await meanwhile();
        return 'changed';
      }),
    setStore: (up: boolean) => {
      isUp = up;
    },
    /** The fence is written; an instance that is not heard learns of it when it reads all again. */
    fence: async ({ isHeard = true } = {}): Promise<void> => {
      const message = fenceOf(shopKey, topic.length);
      topic.push(message);
      if (isHeard) {
        await tail?.onMessage(message);
      }
      await nextTurns();
    },
    fallSilent: () => {
      nowMs += SILENCE_MS;
    },
    beat: () => tail?.onHeartbeat?.(),
    stop: () => fences.stop(),
  };
}
