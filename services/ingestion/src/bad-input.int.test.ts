import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEADERS, rawTopic, sealed } from '@tokometrics/contracts';
import type { OutMessage } from '@tokometrics/kit';
import { eventually, suiteNames } from '@tokometrics/testkit';
import { DEAD_LETTERS, startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';
import { NOON_S, rawMarker, rawOrderBody } from './raw-events.test-support.ts';
import type { RawScope } from './raw-events.test-support.ts';

const names = suiteNames(import.meta);
/** Sent in every wrong record; no log and no clear field of a dead letter may repeat it. */
const NEEDLE = 'needle81c4e7';
const TIMEOUT_MS = 30_000;
const LARGE_LINES = 55_000;

interface Case {
  readonly reason: string;
  /** As it is sent, in place of a good one; its headers tell its shop unless that is what is wrong. */
  readonly make: (world: IngestionWorld, scope: RawScope) => Promise<OutMessage>;
}

const change =
  (alter: (envelope: Record<string, unknown>) => unknown) =>
  async (world: IngestionWorld, scope: RawScope): Promise<OutMessage> => {
    const good = await world.event(scope, {});
    const envelope = JSON.parse(good.value?.toString('utf8') ?? '') as Record<string, unknown>;
    return { ...good, value: Buffer.from(JSON.stringify(alter(envelope))) };
  };
const raw =
  (value: Buffer | null) =>
  async (world: IngestionWorld, scope: RawScope): Promise<OutMessage> => ({
    ...(await world.event(scope, {})),
    value,
  });
const body =
  (part: Readonly<Record<string, unknown>>) =>
  (world: IngestionWorld, scope: RawScope): Promise<OutMessage> =>
    world.event(scope, { body: rawOrderBody('576461413038785752', part) });

const LATER_MAJOR = 'com.tokometrics.raw.order.v2';
const OTHER_TENANT = '01JAAAAAAAAAAAAAAAAAAAAAAA';
const CASES: Readonly<Record<string, Case>> = {
  'is no JSON': { reason: 'schema', make: raw(Buffer.from(`{"${NEEDLE}`)) },
  'is bytes, not text': { reason: 'schema', make: raw(Buffer.from([0xff, 0xfe, 0, 0x9f])) },
  'is null': { reason: 'schema', make: raw(null) },
  'is an empty object': { reason: 'schema', make: raw(Buffer.from('{}')) },
  'is ten megabytes of text': {
    reason: 'schema',
    make: raw(Buffer.from(JSON.stringify({ text: NEEDLE.repeat(850_000) }))),
  },
  'is of a major version of tomorrow': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, type: LATER_MAJOR, note: NEEDLE })),
  },
  'is of a major version of tomorrow, sealed and announced as such': {
    reason: 'schema',
    make: (world, scope) => world.event(scope, { type: LATER_MAJOR }),
  },
  'has no minor version': {
    reason: 'schema',
    make: change(({ schemaver: _schemaver, ...envelope }) => ({ ...envelope, note: NEEDLE })),
  },
  'has a minor version before the first': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, schemaver: 0, note: NEEDLE })),
  },
  'has a minor version behind the last that a column keeps': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, schemaver: 65_536, note: NEEDLE })),
  },
  'has a version that is no number': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, ver: `-${NEEDLE}` })),
  },
  'speaks of another tenant than its headers': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, shopkey: OTHER_TENANT })),
  },
  'was sealed for another record': {
    reason: 'undecryptable',
    make: change((envelope) => ({ ...envelope, id: 'ffffffff-7584-5457-8b1f-179f5c7e97d1' })),
  },
  'has no shop in its headers': {
    reason: 'unscoped',
    make: async (world, scope) => ({ ...(await world.event(scope, {})), headers: {} }),
  },
  'is of a shop that was never announced': {
    reason: 'unknown_shop',
    make: async (world) => {
      const scope = { shopKey: OTHER_TENANT, epoch: 1 };
      await world.sealer.provision(scope.shopKey, scope.epoch);
      return world.event(scope, {});
    },
  },
  'is a marker without a range': {
    reason: 'schema',
    make: (_world, scope) => {
      const good = rawMarker(scope, { from: NOON_S, through: NOON_S });
      return Promise.resolve({ ...good, value: Buffer.from('{"data":{}}') });
    },
  },
  'holds an order whose time is text': { reason: 'schema', make: body({ create_time: NEEDLE }) },
  'holds an order of a time before all days': { reason: 'schema', make: body({ create_time: -1 }) },
  'holds an order of a time behind the last that a column keeps': {
    reason: 'schema',
    make: body({ create_time: 5_000_000_000 }),
  },
  'has a version that would wrap around its column': {
    reason: 'schema',
    make: change((envelope) => ({ ...envelope, ver: '99999999999999999999' })),
  },
  'holds an amount in exponents': {
    reason: 'range',
    make: body({ payment: { currency: 'GBP', total_amount: '1e9' } }),
  },
  'holds an amount as a number': {
    reason: 'schema',
    make: body({ payment: { currency: 'GBP', total_amount: 10 } }),
  },
  'holds more money than a column': {
    reason: 'range',
    make: body({ payment: { currency: 'GBP', total_amount: '123456789012345678.00' } }),
  },
  'holds lines that are no list': { reason: 'schema', make: body({ line_items: NEEDLE }) },
};

describe('a record that is wrong', () => {
  let world: IngestionWorld;

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  it.each(Object.entries(CASES))(
    'that %s is parked with its reason, and what is behind it does not wait',
    async (_what, { reason, make }) => {
      const scope = await world.connectedShop();
      const wrong = await make(world, scope);
      const before = (await world.readAll(DEAD_LETTERS)).length;

      await world.send({ ...wrong, topic: rawTopic('order'), key: scope.shopKey });
      await world.send(await world.event(scope, {}, '576461413038785799'));

      await world.factsOf(scope.shopKey, 1);
      const letters = await eventually(
        async () => {
          const found = await world.readAll(DEAD_LETTERS);
          if (found.length === before) {
            throw new Error('no dead letter has come');
          }
          return found.slice(before);
        },
        { timeoutMs: TIMEOUT_MS },
      );
      expect(letters.map(({ headers }) => headers['tm_reason'])).toEqual([reason]);
      const [letter] = letters;
      const clear = JSON.stringify(letter?.headers);
      const text = letter?.value?.toString('utf8') ?? 'null';
      expect(`${clear}${text}`).not.toContain(NEEDLE);
      // Sealed where its shop is known to be open; else nothing of it is kept.
      const isSealed = sealed.safeParse(JSON.parse(text)).success;
      expect([isSealed, text === 'null'].filter(Boolean)).toHaveLength(1);
      expect(letter?.headers[HEADERS.shopKey]).toBe(wrong.headers?.[HEADERS.shopKey]);
    },
    60_000,
  );

  it('is none for being large: an order of ten megabytes arrives whole', async () => {
    const scope = await world.connectedShop();
    const line_items = Array.from({ length: LARGE_LINES }, (_, index) => ({
      id: String(576_461_413_000_000 + index),
      product_id: '11',
      sku_id: '111',
      // Names that no compression makes small.
      seller_sku: randomBytes(75).toString('base64'),
      original_price: '10.00',
    }));
    const large = rawOrderBody('576461413038785752', { line_items });

    await world.send(await world.event(scope, { body: large }));
    await world.send(await world.event(scope, {}, '576461413038785799'));

    const facts = await world.factsOf(scope.shopKey, 2);
    const lines = facts.map(({ value }) => {
      const { data } = JSON.parse(String(value)) as { data: { lines: { lineId: string[] } } };
      return data.lines.lineId.length;
    });
    expect(JSON.stringify(large).length).toBeGreaterThan(10_000_000);
    expect(lines).toEqual([LARGE_LINES, 1]);
  }, 60_000);

  it('leaves nothing of itself in a log', () => {
    expect(world.printed()).not.toContain(NEEDLE);
  });

  it('is counted: as many came as went, on every topic', async () => {
    const text = await (await fetch(`${world.service().opsUrl}/metrics`)).text();
    const count = (outcome: string): number =>
      Number(
        new RegExp(`records_total\\{outcome="${outcome}",topic="tm.raw.order.v1"\\} (\\d+)`).exec(
          text,
        )?.[1] ?? 0,
      );
    const wrong = Object.keys(CASES).length;

    expect(count('parked')).toBe(wrong);
    // And the large one, with the one behind it.
    expect(count('stored')).toBe(wrong + 2);
    expect(count('consumed')).toBe(2 * wrong + 2);
  });
});
