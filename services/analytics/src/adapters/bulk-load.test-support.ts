import { backfillTwin, factTopic, HEADERS } from '@tokometrics/contracts';
import type { Marker } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey, between, pick, shuffled } from '@tokometrics/testkit';
import type { Dice } from '@tokometrics/testkit';
import { markerMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { financeOf } from './finance.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import type { Row, VersionedOrder, VersionedRefund } from './oracle.test-support.ts';
import { addedUp } from './rollup-rows.test-support.ts';
import type { Sheets } from './rollup-rows.test-support.ts';
import { randomStream } from './stream.test-support.ts';

/*
 * A history that loads beside what happens now: records of several shops on four topics, versions in
 * disorder, many of them twice, also on the other topic. All of a storage day is said on one topic, its
 * home, and behind it on that topic a marker that says so.
 */

export const LOADED = ['order', 'transaction'] as const;
export type Loaded = (typeof LOADED)[number];

export interface Version {
  readonly tenant: Tenant;
  readonly resource: Loaded;
  readonly entity: string;
  /** Storage day. */
  readonly day: string;
  readonly seq: number;
  readonly message: InMessage;
  /** When it came to be, epoch seconds. */
  readonly at: number;
}

export interface Slice {
  readonly tenant: Tenant;
  readonly resource: Loaded;
  readonly day: string;
  readonly marker: Pick<Marker, 'axis' | 'from' | 'through'>;
}

interface ShopLoad {
  readonly tenant: Tenant;
  readonly orders: readonly VersionedOrder[];
  readonly refunds: readonly VersionedRefund[];
  readonly versions: readonly Version[];
}

export interface BulkLoad {
  readonly shops: readonly ShopLoad[];
  /** By the id of its event. */
  readonly versions: ReadonlyMap<string, Version>;
  readonly slices: readonly Slice[];
  /** In the order in which they are sent. */
  readonly records: readonly OutMessage[];
}

export const idOf = ({ headers }: Pick<InMessage, 'headers'>): string => headers[HEADERS.id] ?? '';

const topicsOf = (resource: Loaded) => {
  const live = factTopic(resource);
  return { live, history: backfillTwin(live) };
};
const ZONES = ['Asia/Kolkata', 'America/Los_Angeles', 'Asia/Jakarta', 'Europe/London'];
const OF_HISTORY = 0.6;
const TWICE = 0.1;
const ON_THE_OTHER_TOPIC = 0.12;

function shopLoad(dice: Dice, tenant: Tenant, orderCount: number): ShopLoad {
  const { orders, refunds, messages } = randomStream(dice, tenant, orderCount);
  const versions = messages.flatMap((message, index): Version[] => {
    const order = orders[index];
    const refund = refunds[index - orders.length];
    if (order !== undefined) {
      const { seq, fact } = order;
      const of = { entity: fact.orderId, day: fact.localDate, at: fact.createTime };
      return [{ tenant, resource: 'order', seq, message, ...of }];
    }
    if (refund !== undefined) {
      const { seq, fact } = refund;
      const of = { entity: fact.transactionId, day: fact.localDate, at: fact.statementTime };
      return [{ tenant, resource: 'transaction', seq, message, ...of }];
    }
    return [];
  });
  return { tenant, orders, refunds, versions };
}

interface Told {
  readonly slice: Slice;
  readonly home: string;
  readonly records: readonly OutMessage[];
  /** Said on the other topic as well, which proves nothing there. */
  readonly elsewhere: readonly OutMessage[];
}

const outOf = ({ key, value, headers }: InMessage, topic: string): OutMessage => ({
  ...{ topic, key, value, headers },
});

function toldOf(dice: Dice, day: string, versions: readonly Version[]): Told {
  const [{ tenant, resource } = { tenant: undefined, resource: undefined }] = versions;
  if (tenant === undefined) {
    throw new Error('a slice without a record');
  }
  const { live, history } = topicsOf(resource);
  const isHistory = dice() < OF_HISTORY;
  const [home, other] = isHistory ? [history, live] : [live, history];
  const ats = versions.map(({ at }) => at);
  const marker = {
    axis: isHistory ? 'create' : 'update',
    from: Math.min(...ats),
    through: Math.max(...ats) + 1,
  } as const;
  const some = (share: number) => versions.filter(() => dice() < share);
  const last = markerMessage(tenant, { resource, ...marker });
  return {
    slice: { tenant, resource, day, marker },
    home,
    records: [
      ...shuffled(dice, [...versions, ...some(TWICE)]).map(({ message }) => outOf(message, home)),
      outOf(last, home),
    ],
    elsewhere: some(ON_THE_OTHER_TOPIC).map(({ message }) => outOf(message, other)),
  };
}

/** What a shop says on each topic, in order. */
function lanesOf(dice: Dice, told: readonly Told[]): OutMessage[][] {
  const lanes = new Map<string, OutMessage[]>();
  const laneOf = (topic: string): OutMessage[] => {
    const lane = lanes.get(topic) ?? [];
    lanes.set(topic, lane);
    return lane;
  };
  for (const { home, records } of shuffled(dice, told)) {
    laneOf(home).push(...records);
  }
  for (const record of told.flatMap(({ elsewhere }) => elsewhere)) {
    const lane = laneOf(record.topic);
    lane.splice(between(dice, 0, lane.length), 0, record);
  }
  return [...lanes.values()];
}

function interleaved(dice: Dice, lanes: readonly (readonly OutMessage[])[]): OutMessage[] {
  const left = lanes.map((lane) => [...lane]);
  const all: OutMessage[] = [];
  for (let open = left; open.length > 0; open = open.filter((lane) => lane.length > 0)) {
    all.push(...pick(dice, open).splice(0, between(dice, 1, 15)));
  }
  return all;
}

export function createBulkLoad(
  dice: Dice,
  { shops, orders }: { readonly shops: number; readonly orders: number },
): BulkLoad {
  const loads = Array.from({ length: shops }, (_, index) => {
    const zone = ZONES[index % ZONES.length] ?? 'UTC';
    return shopLoad(dice, { shopKey: aShopKey(), epoch: 1, zone }, orders);
  });
  const told = loads.map(({ versions }) =>
    [...Map.groupBy(versions, ({ resource, day }) => `${resource} ${day}`).values()].map((some) =>
      toldOf(dice, some[0]?.day ?? '', some),
    ),
  );
  return {
    shops: loads,
    versions: new Map(
      loads.flatMap(({ versions }) => versions.map((one) => [idOf(one.message), one] as const)),
    ),
    slices: told.flat().map(({ slice }) => slice),
    records: interleaved(
      dice,
      told.flatMap((ofShop) => lanesOf(dice, ofShop)),
    ),
  };
}

type Figures = Readonly<Record<string, Record<string, Record<string, string>>>>;

const OF_REFUNDS = [
  ...['refunds', 'refunds_of_cancelled', 'refunds_by_sale', 'over_refunded_orders'],
] as const;

/** Of orders alone, which nothing that is said of refunds moves. */
function withoutRefunds(rows: Record<string, Record<string, string>>) {
  const kept = Object.entries(rows).map(([key, row]) => {
    const amounts = Object.entries(row).filter(([name]) => !OF_REFUNDS.some((of) => of === name));
    return [key, Object.fromEntries(amounts)] as const;
  });
  return Object.fromEntries(kept.filter(([, row]) => Object.keys(row).length > 0));
}

/** What the rollups show of what was stored under these days. */
export function figuresOf(sheets: Sheets, resource: Loaded, days: ReadonlySet<string>): Figures {
  if (resource === 'transaction') {
    return { finance: addedUp('finance_daily', sheets.get('finance_daily') ?? [], days) };
  }
  const of = (table: 'shop_hourly' | 'shop_daily' | 'product_daily') =>
    withoutRefunds(addedUp(table, sheets.get(table) ?? [], days));
  return { hourly: of('shop_hourly'), daily: of('shop_daily'), product: of('product_daily') };
}

/** The same by the oracle, once all of these days has come. */
export function truthOfDays(
  { orders, refunds }: ShopLoad,
  resource: Loaded,
  days: ReadonlySet<string>,
): Figures {
  if (resource === 'transaction') {
    return {
      finance: withoutZeros(financeOf(refunds.filter(({ fact }) => days.has(fact.localDate)))),
    };
  }
  const ofDays = orders.filter(({ fact }) => days.has(fact.localDate));
  return shown({ ...rollupsOf(ofDays, []) });
}

const shown = (rollups: Readonly<Record<string, ReadonlyMap<string, Row>>>): Figures =>
  Object.fromEntries(Object.entries(rollups).map(([name, rows]) => [name, withoutZeros(rows)]));

/** All that a shop's rollups show, and what they have to show in the end. */
export const wholeOf = (sheets: Sheets): Figures => ({
  hourly: addedUp('shop_hourly', sheets.get('shop_hourly') ?? []),
  daily: addedUp('shop_daily', sheets.get('shop_daily') ?? []),
  product: addedUp('product_daily', sheets.get('product_daily') ?? []),
  finance: addedUp('finance_daily', sheets.get('finance_daily') ?? []),
});

export const wholeTruthOf = ({ orders, refunds }: ShopLoad): Figures =>
  shown({ ...rollupsOf(orders, refunds), finance: financeOf(refunds) });
