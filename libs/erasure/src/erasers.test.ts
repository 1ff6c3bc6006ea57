import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { privacyAck } from '@tokometrics/contracts';
import type { PrivacyAck, PrivacyCommand } from '@tokometrics/contracts';
import type {
  ConsumerOptions,
  InMessage,
  Kafka,
  Logger,
  OutMessage,
  VaultClient,
} from '@tokometrics/kit';
import { verifyAckSignature } from './acks.ts';
import { registerErasers } from './erasers.ts';
import type { Eraser } from './eraser.ts';

const SHOP = '01JD0000000000000000000001';
const log = { warn: () => undefined } as unknown as Logger;

function aCommand(change: Partial<PrivacyCommand>): InMessage {
  const command = {
    v: 1,
    msgId: 'm1',
    requestId: '01JD00000000000000000000R1',
    scope: `shop:${SHOP}`,
    throughEpoch: 2,
    phase: 'ERASE',
    storeId: 'ingestion.raw_events',
    attempt: 3,
    ledgerSeq: 9,
    dueAt: '2026-12-25T10:00:00.000Z',
    planHash: 'p',
    ...change,
  };
  return {
    topic: 'tm.privacy.command.v1',
    partition: 0,
    offset: '0',
    key: command.scope,
    value: Buffer.from(JSON.stringify(command)),
    headers: {},
    timestamp: 0,
  };
}

function aService(erasers: readonly Eraser[]) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const sent: OutMessage[] = [];
  let consumer: ConsumerOptions | undefined;
  const kafka = {
    consumer: (options: ConsumerOptions) => {
      consumer = options;
      return { name: 'consumer', start: () => Promise.resolve(), stop: () => Promise.resolve() };
    },
  } as unknown as Kafka;
  registerErasers({
    kafka,
    producer: {
      send: (batch) => {
        sent.push(...batch);
        return Promise.resolve();
      },
    },
    vault: {
      transit: {
        createKey: () => Promise.resolve(),
        sign: (_name: string, bytes: Buffer) => Promise.resolve(sign(null, bytes, privateKey)),
      },
    } as unknown as VaultClient,
    service: 'ingestion',
    instanceId: 'i1',
    erasers,
    clock: { now: () => new Date(0), monotonicMs: () => 0 },
    log,
  });
  return {
    raw,
    group: () => consumer?.group,
    handle: (message: InMessage) => consumer?.handle(message),
    acks: (): PrivacyAck[] => sent.map(({ value }) => privacyAck.parse(JSON.parse(String(value)))),
  };
}

describe('registerErasers', () => {
  it('erases its own store and answers with what it saw, signed', async () => {
    const scopes: unknown[] = [];
    const service = aService([
      {
        storeId: 'ingestion.raw_events',
        erase: (scope) => {
          scopes.push(scope);
          return Promise.resolve({ found: 5, removed: 5, physicalBy: '2026-12-01T00:00:00.000Z' });
        },
      },
    ]);

    const outcome = await service.handle(aCommand({}));

    const [ack] = service.acks();
    expect(service.group()).toBe('erase-ingestion');
    expect(outcome).toEqual({ kind: 'done' });
    expect(scopes).toEqual([{ shopKey: SHOP, throughEpoch: 2 }]);
    expect(ack).toMatchObject({
      inReplyTo: 'm1',
      storeId: 'ingestion.raw_events',
      attempt: 3,
      outcome: 'done',
      found: 5,
      removed: 5,
      physicalBy: '2026-12-01T00:00:00.000Z',
      watermark: 9,
    });
    expect(ack !== undefined && verifyAckSignature(ack, [service.raw])).toBe(true);
  });

  it('tries again, and reports what an eraser could not do', async () => {
    let tries = 0;
    const flaky: Eraser = {
      storeId: 'ingestion.raw_events',
      erase: () => {
        tries += 1;
        return tries === 1
          ? Promise.reject(new Error('store is away'))
          : Promise.resolve({ found: 1, removed: 1 });
      },
    };
    const broken: Eraser = {
      storeId: 'ingestion.shop_state',
      erase: () => Promise.reject(new Error('store is away')),
    };
    const service = aService([flaky, broken]);

    await service.handle(aCommand({}));
    await service.handle(aCommand({ storeId: 'ingestion.shop_state' }));

    expect(service.acks().map(({ outcome, removed }) => [outcome, removed])).toEqual([
      ['done', 1],
      ['retry', 0],
    ]);
  }, 20_000);

  describe('counts over its tries', () => {
    type Try = (note: (seen: { found: number; removed: number }) => void) => Promise<{
      found: number;
      removed: number;
    }>;
    const away = () => Promise.reject(new Error('store is away'));
    const seen = (found: number, removed: number) => ({ found, removed });

    /** What each command is answered by an eraser whose tries go so. */
    async function answers(...tries: readonly Try[]) {
      const left = [...tries];
      const service = aService([
        {
          storeId: 'ingestion.raw_events',
          erase: (_scope, note = () => undefined) => left.shift()?.(note) ?? away(),
        },
      ]);
      while (left.length > 0) {
        await service.handle(aCommand({}));
      }
      return service.acks().map(({ outcome, found, removed }) => [outcome, found, removed]);
    }

    it('what a try removed that failed behind it', async () => {
      expect(
        await answers(
          (note) => {
            note(seen(5_000, 0));
            note(seen(5_000, 5_000));
            return away();
          },
          () => Promise.resolve(seen(0, 0)),
        ),
      ).toEqual([['done', 5_000, 5_000]]);
    });

    it('the most that one found, and all that each removed', async () => {
      expect(
        await answers(
          (note) => {
            note(seen(10, 4));
            return away();
          },
          () => Promise.resolve(seen(7, 7)),
        ),
      ).toEqual([['done', 10, 11]]);
    });

    it('what went on at the store behind a try that had given up', async () => {
      expect(
        await answers(
          (note) => {
            note(seen(10, 0));
            return away();
          },
          away,
          (note) => {
            note(seen(6, 1));
            return away();
          },
          () => Promise.resolve(seen(0, 0)),
          () => Promise.resolve(seen(0, 0)),
        ),
      ).toEqual([
        ['retry', 10, 5],
        ['done', 0, 5],
        ['done', 0, 0],
      ]);
    }, 20_000);
  });

  it('leaves the stores of others alone, and says which of its own it cannot erase', async () => {
    const service = aService([]);

    const foreign = await service.handle(aCommand({ storeId: 'connector.connections' }));
    await service.handle(aCommand({ storeId: 'ingestion.entity_heads' }));
    const broken = await service.handle({ ...aCommand({}), value: Buffer.from('{') });

    expect(foreign).toEqual({ kind: 'skip', reason: 'not-ours' });
    expect(broken).toMatchObject({ kind: 'park' });
    expect(service.acks().map(({ outcome }) => outcome)).toEqual(['unsupported']);
  });
});
