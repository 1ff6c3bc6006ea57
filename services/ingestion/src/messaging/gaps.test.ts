import { describe, expect, it } from '@jest/globals';
import { gap, GAP_TYPE, HEADERS, MARKER_TYPE, versionOf } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import { createValidators } from '../adapters/ajv-validators.ts';
import type { Head } from '../domain/head-rules.ts';
import { inClear, NOON_S, rawEvent, rawMarker, rawOrderBody } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { Scope } from './store-chunk.ts';
import { storeRejected } from './store-rejected.ts';

const SCOPE = { shopKey: aShopKey(), epoch: 1 };
const LATER_MAJOR = 'com.tokometrics.raw.order.v2';
const CREATED_S = NOON_S - 500;
const toMessage = (sent: OutMessage, change: Partial<InMessage> = {}): InMessage => ({
  ...{ topic: sent.topic, partition: 0, offset: '0', timestamp: 0, key: sent.key },
  ...{ value: sent.value, headers: { ...sent.headers } },
  ...change,
});
const order = async (id: string, change: Readonly<Record<string, unknown>>, isBackfill = false) => {
  const body = rawOrderBody(id, { create_time: CREATED_S, ...change });
  return toMessage(await rawEvent(inClear.seal, SCOPE, { body, isBackfill }));
};
const marker = () => toMessage(rawMarker(SCOPE, { from: CREATED_S, through: NOON_S }));
const withEnvelope = (message: InMessage, change: Readonly<Record<string, unknown>>): InMessage => {
  const envelope: unknown = JSON.parse(String(message.value));
  return { ...message, value: Buffer.from(JSON.stringify(Object.assign(envelope ?? {}, change))) };
};

const ALONE = { isFollowed: () => false, turn: () => Promise.resolve() };

/** What is told of each record that is sent on, in its order. */
function createPlace(isOpen = true) {
  const published: OutMessage[] = [];
  const deps = {
    isFenced: () => false,
    ...{ open: inClear.open, validators: createValidators() },
    zoneOf: () => Promise.resolve<string | undefined>('Europe/London'),
    cutoff: () => '2024-11-23',
    revsOf: () => Promise.resolve(new Map<string, number>()),
    readHeads: (_ids: readonly string[]) => Promise.resolve(new Map<string, Head>()),
    writeHeads: () => Promise.resolve(),
    archive: () => Promise.resolve(new Set<string>()),
    publish: (batch: readonly OutMessage[]) => {
      published.push(...batch);
      return Promise.resolve();
    },
    guardedChunk: async (
      scopes: readonly Scope[],
      write: (open: readonly Scope[]) => Promise<void>,
    ) => {
      await write(isOpen ? scopes : []);
      return { fenced: isOpen ? [] : scopes };
    },
    count: () => undefined,
    countUnknown: () => undefined,
  };
  const begin = async (messages: readonly InMessage[], given: Partial<typeof deps> = {}) =>
    storeChunk({ ...deps, ...given }, await prepareChunk({ ...deps, ...given }, messages));
  const store = async (...of: Parameters<typeof begin>) => {
    const { parked, finish } = await begin(...of);
    await finish(ALONE);
    return { parked };
  };
  const typesOf = () => published.map(({ headers }) => headers?.[HEADERS.type]);
  const gaps = () =>
    published
      .filter(({ headers }) => headers?.[HEADERS.type] === GAP_TYPE)
      .map(({ value }) => gap.parse(JSON.parse(String(value))));
  return { deps, published, begin, store, typesOf, gaps };
}

const ofOrder = {
  ...{ resource: 'order', entityId: '576', ver: versionOf(NOON_S, 1) },
  ...{ from: CREATED_S, through: NOON_S },
};
const sinceEver = { ...ofOrder, from: 0 };
const tooMuch = { payment: { currency: 'GBP', total_amount: '100000000000000.00' } };

/** The entity was read and said before, as this record has it but for `change`. */
const headOf = (raw: InMessage, change: Partial<Head>) => {
  const { contenthash } = JSON.parse(String(raw.value)) as { contenthash: string };
  const head: Head = {
    ...{ ...SCOPE, entity: 'order', entityId: '576', ver: versionOf(NOON_S, 0) },
    ...{ updateTimeS: NOON_S, contentHash: contenthash, lanes: ['live'] },
    ...{ localDate: '2026-11-23', expireAt: new Date() },
    ...change,
  };
  return (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, head])));
};

describe('what is missing for want of a record', () => {
  it('is told on the partition of its facts, before a marker that came behind it', async () => {
    const { published, store, typesOf, gaps } = createPlace();
    const bad = await order('576', tooMuch);

    const { parked } = await store([bad, await order('577', {}), marker()]);

    expect(parked).toMatchObject([{ reason: 'range' }]);
    expect(gaps()).toEqual([ofOrder]);
    expect(typesOf().slice(-2)).toEqual([GAP_TYPE, MARKER_TYPE]);
    expect(published.map(({ topic, key }) => `${topic} ${key ?? ''}`)).toEqual(
      Array<string>(3).fill(`tm.fact.order.v1 ${SCOPE.shopKey}`),
    );
  });

  it('goes the way of a history where its record did', async () => {
    const { published, store } = createPlace();

    await store([await order('576', tooMuch, true)]);

    expect(published.map(({ topic }) => topic)).toEqual(['tm.fact.order.v1.bf']);
  });

  it.each([
    ['its body does not fit', { line_items: 'none' }, ofOrder],
    ['its major version is a later one', { type: LATER_MAJOR }, sinceEver],
  ])('is told where %s', async (_why, change, expected) => {
    const { store, gaps } = createPlace();
    const bad =
      'type' in change ? withEnvelope(await order('576', {}), change) : await order('576', change);

    await store([bad]);

    expect(gaps()).toEqual([expected]);
  });

  it('is told where nothing can be opened, and where the shop is not known', async () => {
    const { store, gaps } = createPlace();
    const body = await order('576', {});

    await store([body], { open: () => Promise.resolve(Buffer.from('{')) });
    await store([body], { zoneOf: () => Promise.resolve(undefined) });

    expect(gaps()).toEqual([sinceEver, sinceEver]);
  });

  it.each([
    ['is no JSON', (message: InMessage) => ({ ...message, value: Buffer.from('{') })],
    [
      'speaks of another shop',
      (message: InMessage) => withEnvelope(message, { shopkey: aShopKey() }),
    ],
    ['is of no shop', (message: InMessage) => ({ ...message, headers: {} })],
  ])('is told of nobody where the record %s', async (_what, spoil) => {
    const { published, store } = createPlace();

    const { parked } = await store([spoil(await order('576', {}))]);

    expect(parked).toHaveLength(1);
    expect(published).toEqual([]);
  });

  it.each([
    ['can be opened by nobody', { open: () => Promise.resolve(Buffer.from('{')) }],
    ['is of a later major version', {}],
  ])('is nothing where a reading of what was said before %s', async (_what, given) => {
    const { published, store } = createPlace();
    const raw = await order('576', {});
    const reading = 'open' in given ? raw : withEnvelope(raw, { type: LATER_MAJOR });

    const { parked } = await store([reading], { ...given, readHeads: headOf(raw, {}) });

    // Sent again it is left out as unchanged: what is told of it here, nothing would ever close.
    expect(parked).toHaveLength(1);
    expect(published).toEqual([]);
  });

  it.each([
    ['another content', { contentHash: 'f'.repeat(64) }],
    ['another time of its change', { updateTimeS: NOON_S - 1 }],
    ['the topic of a history alone', { lanes: ['backfill'] as const }],
  ])('is told where what was said before has %s', async (_what, change) => {
    const { store, gaps } = createPlace();
    const raw = await order('576', {});

    await store([raw], {
      ...{ open: () => Promise.resolve(Buffer.from('{')), readHeads: headOf(raw, change) },
    });

    expect(gaps()).toEqual([sinceEver]);
  });

  it('is told of no connection that is closed', async () => {
    const { published, store } = createPlace(false);

    await store([await order('576', tooMuch)]);

    expect(published).toEqual([]);
  });
});

describe('what is missing for want of a record that a store refuses', () => {
  it('is told before whatever else is left of its chunk', async () => {
    const { deps, gaps } = createPlace();
    const message = await order('576', {});

    const finish = storeRejected(deps, [
      { message, reason: 'size' },
      { message: { ...message, headers: {} }, reason: 'size' },
    ]);
    expect(gaps()).toEqual([]);
    await finish?.(ALONE);

    expect(gaps()).toEqual([sinceEver]);
  });

  it('is told before a marker of its chunk that was taken with the other half', async () => {
    const { deps, begin, typesOf } = createPlace();
    const bad = await order('576', {});

    const { finish } = await begin([marker()]);
    const first = storeRejected(deps, [{ message: bad, reason: 'size' }]);
    for (const left of [first, finish]) {
      await left?.(ALONE);
    }

    expect(typesOf()).toEqual([GAP_TYPE, MARKER_TYPE]);
  });

  it('leaves nothing to do where nobody can say of whom', async () => {
    const { deps } = createPlace();
    const message = { ...(await order('576', {})), value: null };

    expect(storeRejected(deps, [{ message, reason: 'size' }])).toBeUndefined();
  });
});
