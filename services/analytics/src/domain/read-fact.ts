import {
  factType,
  GAP_TYPE,
  gapOf,
  inventoryFact,
  MARKER_TYPE,
  orderFact,
  productFact,
  resourceOfFactType,
  RESOURCES,
  rowVersion,
  scopeOfHeaders,
  HEADERS,
} from '@tokometrics/contracts';
import type {
  FACT_SCHEMAS,
  Gap,
  InventoryFact,
  Marker,
  OrderFact,
  PaymentFact,
  ProductFact,
  Resource,
  StatementFact,
  TransactionFact,
  UnsettledFact,
} from '@tokometrics/contracts';
import type { Bucket } from './dirty-buckets.ts';
import {
  gapRow,
  inventoryRow,
  orderRow,
  paymentRow,
  productRow,
  settlementRow,
  skuPriceRows,
  statementRow,
  transactionRow,
  unsettledRow,
} from './fact-rows.ts';
import type { BaseTable, RowStamp } from './fact-rows.ts';

export interface Scope {
  readonly shopKey: string;
  readonly epoch: number;
}

export interface FactEnvelope<D> {
  readonly id: string;
  readonly subject: string;
  readonly shopkey: string;
  readonly epoch: number;
  readonly ver: string;
  readonly origin: string;
  readonly schemaver: number;
  readonly rev?: number;
  readonly data: D;
}

export interface FactBodies {
  readonly order: OrderFact;
  readonly product: ProductFact;
  readonly statement: StatementFact;
  readonly transaction: TransactionFact;
  readonly payment: PaymentFact;
  readonly inventory: InventoryFact;
  readonly unsettled: UnsettledFact;
}

/** Compiled from the contracts' own schemas; each proves its type. */
export type FactValidators = {
  readonly [R in keyof FactBodies]: (value: unknown) => value is FactEnvelope<FactBodies[R]>;
} & {
  readonly marker: (value: unknown) => value is Marker;
  readonly gap: (value: unknown) => value is Gap;
};

/** Which rollups a row touches: `order` all of a shop's, `settlement` those without products. */
export type Rollup = 'order' | 'settlement' | 'finance';

interface FactRow {
  readonly table: BaseTable;
  readonly line: string;
  /** Of a day of its own: a newer version of the entity may be of another day, and leaves this row. */
  readonly isLasting?: true;
}

export interface Fact {
  readonly scope: Scope;
  readonly resource: Resource;
  /** Names the entity within its shop and epoch; the newest version of it is the truth. */
  readonly entity: string;
  /** As gaps name it. */
  readonly entityId: string;
  readonly ver: bigint;
  readonly eventId: string;
  readonly rows: readonly FactRow[];
  readonly dirty: readonly { readonly rollup: Rollup; readonly bucket: Bucket }[];
  /** Local days on which a figure may change. */
  readonly days: readonly string[];
}

export interface MessageLike {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type Reading =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'marker'; readonly scope: Scope; readonly marker: Marker }
  | { readonly kind: 'dropped'; readonly reason: 'fenced' | 'expired' }
  | {
      readonly kind: 'parked';
      readonly reason: string;
      /** What is missing for want of it; absent where nobody can say. */
      readonly gap?: Fact | undefined;
    };

export interface ReadDeps {
  readonly isFenced: (shopKey: string, epoch: number) => boolean;
  readonly validators: FactValidators;
  /** First local day that may still be kept. */
  readonly cutoff: string;
}

/** What is read of them; a later version of the schema may add others, of any form. */
const LINE_COLUMNS = orderFact.shape.lines.keyof().options;
const SKU_COLUMNS = productFact.shape.skus.keyof().options;
const WAREHOUSE_COLUMNS = inventoryFact.shape.warehouses.keyof().options;

/** Whether the columns are as long as each other: one element of each is one line. */
function isAligned<K extends string>(
  table: Readonly<Record<K, readonly unknown[]>>,
  columns: readonly K[],
): boolean {
  const [first, ...others] = columns.map((name) => table[name].length);
  return others.every((length) => length === first);
}

const RESOURCE_OF = new Map<string, Resource>(RESOURCES.map((name) => [factType(name), name]));

const parked = (reason: string, gap?: Fact): Reading => ({ kind: 'parked', reason, gap });

/** Headers first: of a closed scope not even the body is looked at. */
export function readFact(deps: ReadDeps, message: MessageLike): Reading {
  const scope = scopeOfHeaders(message.headers);
  if (scope === undefined) {
    return parked('unscoped');
  }
  if (deps.isFenced(scope.shopKey, scope.epoch)) {
    return { kind: 'dropped', reason: 'fenced' };
  }
  const body = parseBody(message.value);
  const type = message.headers[HEADERS.type];
  if (type === MARKER_TYPE) {
    const marker = markerIn(body);
    return deps.validators.marker(marker) ? { kind: 'marker', scope, marker } : parked('schema');
  }
  if (type === GAP_TYPE) {
    return deps.validators.gap(body)
      ? { kind: 'fact', fact: gapFact(scope, body) }
      : parked('schema');
  }
  const resource = type === undefined ? undefined : RESOURCE_OF.get(type);
  return resource === undefined
    ? parked('unknown_type', gapOfUnknown(scope, type, body))
    : readBody(deps, scope, resource, body);
}

/** Of another major version nothing is known but its envelope, which says what is missing. */
function gapOfUnknown(scope: Scope, type: string | undefined, body: unknown): Fact | undefined {
  const resource = resourceOfFactType(type ?? '');
  return resource && gapIn(scope, resource, body);
}

function parseBody(value: Buffer | null): unknown {
  if (value === null) {
    return undefined;
  }
  try {
    const body: unknown = JSON.parse(value.toString('utf8'));
    return body;
    // eslint-disable-next-line no-restricted-syntax -- text that is not JSON is data, not a failure
  } catch {
    return undefined;
  }
}

/** A marker comes bare or as the data of an envelope. */
const markerIn = (body: unknown): unknown => dataOf(body) ?? body;

const dataOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;

const READERS: Readonly<
  Record<keyof typeof FACT_SCHEMAS, (deps: ReadDeps, body: unknown) => Draft | undefined>
> = {
  order: ({ validators }, body) => (validators.order(body) ? readOrder(body) : undefined),
  product: ({ validators }, body) => (validators.product(body) ? readProduct(body) : undefined),
  statement: ({ validators }, body) =>
    validators.statement(body) ? readStatement(body) : undefined,
  transaction: ({ validators, cutoff }, body) =>
    validators.transaction(body) ? readTransaction(body, cutoff) : undefined,
  payment: ({ validators }, body) => (validators.payment(body) ? readPayment(body) : undefined),
  inventory: ({ validators }, body) =>
    validators.inventory(body) ? readInventory(body) : undefined,
  unsettled: ({ validators }, body) =>
    validators.unsettled(body) ? readUnsettled(body) : undefined,
};

function readBody(deps: ReadDeps, scope: Scope, resource: Resource, body: unknown): Reading {
  const draft = READERS[resource](deps, body);
  if (draft === undefined) {
    return parked('schema', gapIn(scope, resource, body));
  }
  // A body that claims another tenant than its headers is nobody's.
  if (draft.scope.shopKey !== scope.shopKey || draft.scope.epoch !== scope.epoch) {
    return parked('scope');
  }
  if (draft.kept < deps.cutoff) {
    return { kind: 'dropped', reason: 'expired' };
  }
  return { kind: 'fact', fact: { resource, ...draft } };
}

/**
 * What is missing for want of a record that is refused: of a gap what it tells of. Undefined where it does
 * not say which it is.
 */
export function missingFact(
  { validators }: Pick<ReadDeps, 'validators'>,
  { value, headers }: MessageLike,
): Fact | undefined {
  const scope = scopeOfHeaders(headers);
  const body = parseBody(value);
  if (scope && headers[HEADERS.type] === GAP_TYPE) {
    return validators.gap(body) ? gapFact(scope, body) : undefined;
  }
  const resource = RESOURCE_OF.get(headers[HEADERS.type] ?? '');
  return scope && resource && gapIn(scope, resource, body);
}

function gapIn(scope: Scope, resource: Resource, envelope: unknown): Fact | undefined {
  const gap = gapOf(resource, scope, { envelope, body: dataOf(envelope) });
  return gap && gapFact(scope, gap);
}

/** It has a row and a version like any fact; which days it is about is for readers to see. */
function gapFact(scope: Scope, gap: Gap): Fact {
  const ver = rowVersion(gap.ver, 0);
  return {
    ...{ scope, resource: gap.resource, entity: `gap|${gap.resource}|${gap.entityId}` },
    entityId: gap.entityId,
    ...{ ver: BigInt(ver), eventId: ver },
    rows: [{ table: 'gaps', line: gapRow(scope, gap) }],
    ...{ dirty: [], days: [] },
  };
}

type Draft = Omit<Fact, 'resource'> & {
  /** The day that retention counts from. */
  readonly kept: string;
};

function common(envelope: FactEnvelope<unknown>) {
  const ver = rowVersion(envelope.ver, envelope.rev ?? 0);
  const scope = { shopKey: envelope.shopkey, epoch: envelope.epoch };
  const stamp: RowStamp = {
    ...scope,
    eventId: envelope.id,
    origin: envelope.origin,
    schemaVersion: envelope.schemaver,
    ver,
  };
  return { stamp, draft: { scope, ver: BigInt(ver), eventId: envelope.id } };
}

const isPresent = (day: string | null): day is string => day !== null;

function readOrder(envelope: FactEnvelope<OrderFact>): Draft | undefined {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  if (!isAligned(fact.lines, LINE_COLUMNS)) {
    return undefined;
  }
  const bucket = { ...draft.scope, localDate: fact.localDate };
  return {
    ...draft,
    entity: `order|${fact.localDate}|${fact.orderId}`,
    entityId: fact.orderId,
    kept: fact.localDate,
    rows: [{ table: 'orders', line: orderRow(stamp, fact) }],
    dirty: [{ rollup: 'order', bucket }],
    days: [...new Set([fact.localDate, fact.saleDate, fact.cancelDate].filter(isPresent))],
  };
}

const LASTING_PRICE = { table: 'sku_prices', isLasting: true } as const;

function readProduct(envelope: FactEnvelope<ProductFact>): Draft | undefined {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  if (!isAligned(fact.skus, SKU_COLUMNS)) {
    return undefined;
  }
  return {
    ...draft,
    entity: `product|${fact.productId}`,
    entityId: fact.productId,
    kept: fact.seenDate,
    rows: [
      { table: 'products', line: productRow(stamp, fact) },
      ...skuPriceRows(stamp, fact).map((line) => ({ ...LASTING_PRICE, line })),
    ],
    dirty: [],
    days: [],
  };
}

function readStatement(envelope: FactEnvelope<StatementFact>): Draft {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  return {
    ...draft,
    entity: `statement|${fact.localDate}|${fact.statementId}`,
    entityId: fact.statementId,
    kept: fact.localDate,
    rows: [{ table: 'statements', line: statementRow(stamp, fact) }],
    dirty: [],
    days: [fact.localDate],
  };
}

function readPayment(envelope: FactEnvelope<PaymentFact>): Draft {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  return {
    ...draft,
    entity: `payment|${fact.localDate}|${fact.paymentId}`,
    entityId: fact.paymentId,
    kept: fact.localDate,
    rows: [{ table: 'payments', line: paymentRow(stamp, fact) }],
    dirty: [],
    days: [fact.localDate],
  };
}

/** One row for an hour of a SKU: of several readings within it the last one stays. */
function readInventory(envelope: FactEnvelope<InventoryFact>): Draft | undefined {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  if (!isAligned(fact.warehouses, WAREHOUSE_COLUMNS)) {
    return undefined;
  }
  return {
    ...draft,
    entity: `inventory|${fact.snapHour}|${fact.skuId}`,
    entityId: fact.skuId,
    kept: fact.seenDate,
    rows: [{ table: 'inventory_snapshots', line: inventoryRow(stamp, fact) }],
    dirty: [],
    days: [],
  };
}

function readUnsettled(envelope: FactEnvelope<UnsettledFact>): Draft {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  return {
    ...draft,
    entity: `unsettled|${fact.localDate}|${fact.transactionId}`,
    entityId: fact.transactionId,
    kept: fact.localDate,
    rows: [{ table: 'unsettled', line: unsettledRow(stamp, fact) }],
    dirty: [],
    days: [fact.localDate],
  };
}

/** Twice in one chunk: by the statement's day and by the day of the order it speaks of. */
function readTransaction(envelope: FactEnvelope<TransactionFact>, cutoff: string): Draft {
  const fact = envelope.data;
  const { stamp, draft } = common(envelope);
  const orderDay = fact.orderLocalDate;
  const ofOrder = fact.orderId !== '' && orderDay !== null && orderDay >= cutoff;
  return {
    ...draft,
    entity: `transaction|${fact.localDate}|${fact.statementId}|${fact.transactionId}`,
    entityId: fact.transactionId,
    kept: fact.localDate,
    rows: [
      { table: 'finance_transactions', line: transactionRow(stamp, fact) },
      ...(ofOrder
        ? [{ table: 'order_settlements' as const, line: settlementRow(stamp, fact, orderDay) }]
        : []),
    ],
    dirty: [
      { rollup: 'finance', bucket: { ...draft.scope, localDate: fact.localDate } },
      ...(ofOrder
        ? [
            {
              rollup: 'settlement' as const,
              bucket: { ...draft.scope, localDate: orderDay },
            },
          ]
        : []),
    ],
    days: [...new Set([fact.localDate, orderDay].filter(isPresent))],
  };
}
