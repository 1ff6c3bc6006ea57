import { describe, expect, it } from '@jest/globals';
import { backfillTwin, factTopic, RESOURCES } from '@tokometrics/contracts';
import type { Resource, SealedWire } from '@tokometrics/contracts';
import type { OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import { createValidators } from '../adapters/ajv-validators.ts';
import { NOON_S, rawEvent, rawMarker, rawOrderBody } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';

const money = (value: string) => ({ currency: 'USD', value });
const BODIES: Readonly<Record<Resource, { readonly id: string }>> = {
  order: rawOrderBody('576461413038785752'),
  product: { id: '1729352000000000001', ...{ create_time: NOON_S, update_time: NOON_S } },
  statement: { id: '7238352000020261123', ...{ statement_time: NOON_S, currency: 'USD' } },
  transaction: {
    id: '8352000000000000001',
    ...{ statement_id: '7238352000020261123', statement_time: NOON_S, currency: 'USD' },
  },
  payment: {
    id: '3458352000020261123',
    ...{ create_time: NOON_S, status: 'PROCESSING', amount: money('87.66') },
    ...{ settlement_amount: money('100.00'), reserve_amount: money('-12.34') },
  },
  inventory: {
    id: '1729352000000000002',
    ...{ total_available_quantity: 40, total_committed_quantity: 3 },
  },
  unsettled: {
    id: '8352000000000000002',
    ...{ order_create_time: NOON_S, currency: 'USD', est_settlement_amount: '20.10' },
  },
};

const seal = (_context: unknown, plaintext: Buffer): Promise<SealedWire> =>
  Promise.resolve({
    ...{ v: 1, kid: 'k', wdk: 'w' },
    ...{ iv: '', ct: plaintext.toString('base64'), tag: '' },
  });

const scope = { shopKey: aShopKey(), epoch: 1 };

async function sentFor(resource: Resource, isBackfill: boolean): Promise<OutMessage[]> {
  return sentOn(await rawEvent(seal, scope, { resource, body: BODIES[resource], isBackfill }));
}

/** What goes on for one record of a shop that is open. */
async function sentOn(raw: OutMessage): Promise<OutMessage[]> {
  const sent: OutMessage[] = [];
  const deps = {
    isFenced: () => false,
    open: (_context: unknown, { ct }: SealedWire) => Promise.resolve(Buffer.from(ct, 'base64')),
    validators: createValidators(),
    zoneOf: () => Promise.resolve('Europe/London'),
    cutoff: () => '2024-11-23',
    revsOf: () => Promise.resolve(new Map<string, number>()),
    readHeads: () => Promise.resolve(new Map()),
    writeHeads: () => Promise.resolve(),
    archive: () => Promise.resolve(new Set<string>()),
    publish: (batch: readonly OutMessage[]) => {
      sent.push(...batch);
      return Promise.resolve();
    },
    guardedChunk: async <S>(scopes: readonly S[], write: (open: readonly S[]) => Promise<void>) => {
      await write(scopes);
      return { fenced: [] };
    },
    count: () => undefined,
    countUnknown: () => undefined,
  };
  const message = {
    ...{ topic: raw.topic, key: scope.shopKey, value: raw.value, headers: { ...raw.headers } },
    ...{ partition: 0, offset: '0', timestamp: 0 },
  };
  const { finish } = await storeChunk(deps, await prepareChunk(deps, [message]));
  await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
  return sent;
}

describe.each(RESOURCES)('the fact of a %s', (resource) => {
  it('goes to the topic of its kind, and to the twin from a twin', async () => {
    const [live, history] = [await sentFor(resource, false), await sentFor(resource, true)];

    expect(live.map(({ topic }) => topic)).toEqual([factTopic(resource)]);
    expect(history.map(({ topic }) => topic)).toEqual([backfillTwin(factTopic(resource))]);
  });
});

it('carries the amounts of a payment as the platform wrote them', async () => {
  const [fact] = await sentFor('payment', false);

  expect(JSON.parse(fact?.value?.toString('utf8') ?? '')).toMatchObject({
    data: { amount: '87.66', settlementAmount: '100.00', reserveAmount: '-12.34' },
  });
});

it('hands on the end of a sweep as it was written', async () => {
  const marker = {
    resource: 'unsettled',
    from: 1,
    through: 2,
    sweep: '28765436090777607',
  } as const;

  const [handed] = await sentOn(rawMarker(scope, marker));

  expect(handed?.topic).toBe(factTopic('unsettled'));
  expect(JSON.parse(handed?.value?.toString('utf8') ?? '')).toMatchObject({ data: marker });
});
