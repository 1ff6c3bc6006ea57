import { describe, expect, it } from '@jest/globals';
import { factType, HEADERS, RESOURCES } from '@tokometrics/contracts';
import { aShopKey, goldenSamples } from '@tokometrics/testkit';
import { createFactValidators } from '../adapters/fact-validators.ts';
import {
  factMessage,
  markerMessage,
  orderFactOf,
  productFactOf,
  stockFactOf,
} from '../adapters/facts.test-support.ts';
import { readFact } from './read-fact.ts';
import type { MessageLike } from './read-fact.ts';

const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const at = '2026-03-02T05:00:00Z';
const fact = orderFactOf(tenant.zone, {
  ...{ id: '1', createdAt: at, paidAt: at },
  lines: [
    { product: 'P1', price: '5' },
    { product: 'P2', price: '7' },
  ],
});
const good = factMessage(tenant, 'order', '1', fact);
const deps = {
  isFenced: () => false,
  validators: createFactValidators(),
  cutoff: '2026-01-01',
};
const read = (message: MessageLike) => {
  const reading = readFact(deps, message);
  return reading.kind === 'parked' ? `parked: ${reading.reason}` : reading.kind;
};

const withValue = (value: Buffer | null): MessageLike => ({ headers: good.headers, value });
const withHeaders = (change: Readonly<Record<string, string>>): MessageLike => ({
  value: good.value,
  headers: { ...good.headers, ...change },
});
const withEnvelope = (change: Readonly<Record<string, unknown>>): MessageLike => {
  const envelope = JSON.parse(good.value?.toString('utf8') ?? '') as Record<string, unknown>;
  return withValue(Buffer.from(JSON.stringify({ ...envelope, ...change })));
};
const LATER_MAJOR = 'com.tokometrics.order.snapshot.v2';
const withFact = (change: Readonly<Record<string, unknown>>): MessageLike =>
  withEnvelope({ data: { ...fact, ...change } });

describe('a fact', () => {
  it('is read when it is right', () => {
    expect(read(good)).toBe('fact');
  });

  it.each<[string, MessageLike, string]>([
    ['is null', withValue(null), 'schema'],
    ['is no JSON', withValue(Buffer.from('{"')), 'schema'],
    ['is bytes, not text', withValue(Buffer.from([0xff, 0xfe, 0])), 'schema'],
    ['is a list', withValue(Buffer.from('[]')), 'schema'],
    ['has no shop in its headers', { value: good.value, headers: {} }, 'unscoped'],
    ['is of no known kind', withHeaders({ [HEADERS.type]: 'com.tokometrics.x' }), 'unknown_type'],
    ['is called what it is not', withHeaders({ [HEADERS.type]: factType('statement') }), 'schema'],
    ['speaks of another shop than its headers', withEnvelope({ shopkey: aShopKey() }), 'scope'],
    ['speaks of another connection', withEnvelope({ epoch: 2 }), 'scope'],
    ['is of another major version', withEnvelope({ type: LATER_MAJOR }), 'schema'],
    ['is announced as of another', withHeaders({ [HEADERS.type]: LATER_MAJOR }), 'unknown_type'],
    ['has no minor version', withEnvelope({ schemaver: undefined }), 'schema'],
    ['has a minor version before the first', withEnvelope({ schemaver: 0 }), 'schema'],
    ['has a minor version beyond its column', withEnvelope({ schemaver: 65_536 }), 'schema'],
    ['has a minor version that is text', withEnvelope({ schemaver: '1' }), 'schema'],
    ['has a version that is a number', withEnvelope({ ver: 7 }), 'schema'],
    ['has a version below nothing', withEnvelope({ ver: '-1' }), 'schema'],
    ['has a revision beyond a byte', withEnvelope({ rev: 256 }), 'schema'],
    ['has an amount as a number', withFact({ totalAmount: 12 }), 'schema'],
    ['has an amount in exponents', withFact({ totalAmount: '1e3' }), 'schema'],
    ['has an amount with five decimals', withFact({ totalAmount: '1.00001' }), 'schema'],
    ['has a day that is none', withFact({ localDate: '2026-02-30' }), 'schema'],
    [
      'has lines of different lengths',
      withFact({ lines: { ...fact.lines, isGift: [0] } }),
      'schema',
    ],
    ['lacks its lines', withFact({ lines: null }), 'schema'],
  ])('that %s is parked', (_what, message, reason) => {
    expect(read(message)).toBe(`parked: ${reason}`);
  });

  it.each(RESOURCES)('of %s is read in every version that there has been of it', (resource) => {
    const golden = goldenSamples(`${resource}.snapshot.v1`).flatMap(({ records }) => records);
    const messages = (golden as { shopkey: string; epoch: number }[]).map((envelope) => ({
      value: Buffer.from(JSON.stringify(envelope)),
      headers: {
        ...{ [HEADERS.type]: factType(resource), [HEADERS.shopKey]: envelope.shopkey },
        [HEADERS.epoch]: String(envelope.epoch),
      },
    }));

    expect(messages.map(read)).toEqual(messages.map(() => 'fact'));
    expect(messages).not.toEqual([]);
  });

  it('of a later major version says what is missing for want of it', () => {
    const later = readFact(deps, withHeaders({ [HEADERS.type]: LATER_MAJOR }));
    const stranger = readFact(deps, withHeaders({ [HEADERS.type]: 'com.tokometrics.x.v2' }));

    expect(later).toMatchObject({
      ...{ kind: 'parked', reason: 'unknown_type' },
      gap: { scope: { shopKey: tenant.shopKey, epoch: 1 }, entity: 'gap|order|1' },
    });
    expect(stranger).toEqual({ kind: 'parked', reason: 'unknown_type', gap: undefined });
  });

  it('is parked when columns of its parts are of different lengths, whatever it is of', () => {
    const stock = stockFactOf(tenant.zone, at);
    const product = {
      ...{ productId: 'P1', title: 'a', status: 'ACTIVATE', seenDate: '2026-03-02' },
      ...{ createTime: 1, updateTime: 2 },
      skus: { skuId: ['S'], sellerSku: [''], status: [''], price: ['5'], currency: ['IDR'] },
    };
    const readOf = (resource: 'product' | 'inventory', data: object) =>
      read(factMessage(tenant, resource, '1', data));

    expect(readOf('product', product)).toBe('fact');
    expect(readOf('inventory', stock)).toBe('fact');
    expect(readOf('product', { ...product, skus: { ...product.skus, price: [] } })).toBe(
      'parked: schema',
    );
    expect(
      readOf('inventory', { ...stock, warehouses: { ...stock.warehouses, committed: [3, 4] } }),
    ).toBe('parked: schema');
  });

  it('is parked as a marker when its range is missing', () => {
    const marker = markerMessage(tenant, {
      resource: 'order',
      axis: 'create',
      from: 0,
      through: 9,
    });
    const empty = { ...marker, value: Buffer.from('{"data":{}}') };

    expect([read(marker), read(empty)]).toEqual(['marker', 'parked: schema']);
  });

  it('is dropped by its headers alone when its scope is closed, and by its day when it is too old', () => {
    const closed = readFact({ ...deps, isFenced: () => true }, withValue(Buffer.from('{"')));
    const old = readFact({ ...deps, cutoff: '2026-03-03' }, good);

    expect([closed, old]).toEqual([
      { kind: 'dropped', reason: 'fenced' },
      { kind: 'dropped', reason: 'expired' },
    ]);
  });
});

describe('a product', () => {
  const pricesOf = (skus: Parameters<typeof productFactOf>[2]) => {
    const message = factMessage(tenant, 'product', '1', productFactOf(tenant.zone, at, skus));
    const reading = readFact(deps, message);
    const rows = reading.kind === 'fact' ? reading.fact.rows : [];
    return rows.flatMap(({ table, line }) => (table === 'sku_prices' ? [line.split('\t')] : []));
  };

  it('has a row for the price of each SKU on the day of the reading', () => {
    const rows = pricesOf([
      { id: "1's", price: '12345678901234.5678' },
      { id: '2', price: '0.5', currency: 'USD' },
    ]);

    expect(rows.map((cells) => cells.slice(0, 7))).toEqual([
      [
        ...[tenant.shopKey, '1', "1\\'s", '2026-03-02', '1729352000000000001'],
        ...['12345678901234.5678', 'IDR'],
      ],
      [tenant.shopKey, '1', '2', '2026-03-02', '1729352000000000001', '0.5', 'USD'],
    ]);
  });

  it.each([
    [
      'where a SKU has no price, which is a zero',
      [
        ['1', '0'],
        ['2', '0.0000'],
        ['3', '7'],
      ],
      ['3 7'],
    ],
    [
      'twice where a SKU is told twice: the last stands',
      [
        ['1', '5'],
        ['1', '6'],
      ],
      ['1 6'],
    ],
    [
      'of a zero behind the price of the same SKU',
      [
        ['1', '5'],
        ['1', '0'],
      ],
      ['1 5'],
    ],
    ['where it has no SKU', [], []],
  ])('has none %s', (_where, skus, expected) => {
    const rows = pricesOf(skus.map(([id = '', price = '']) => ({ id, price })));

    expect(rows.map((cells) => `${String(cells[2])} ${String(cells[5])}`)).toEqual(expected);
  });
});
