import type { MetricId, ProofReply } from '@tokometrics/contracts';
import { bucketsOf, DICTIONARY, fromUnits, isoInstant, toUnits } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { totalOf } from './bucket-sums.ts';
import type { Cursors } from './cursor.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { Valued, ViewContext } from './metric-value.ts';
import { bySaleOf, componentOf, formulaOf, weightsOf } from './proof.ts';
import type { Component, Weights } from './proof.ts';
import type { QueryWindow } from './query-window.ts';
import type { ProductFigure, ProductFigureParams } from './product-figures.ts';
import { readFigures } from './read-figures.ts';
import { openFigures } from './read-overview.ts';
import type { FigureRequest, OverviewDeps } from './read-overview.ts';
import { metaOf } from './reply-meta.ts';
import { measureComponent } from './sums.ts';
import type { Sums } from './sums.ts';

export interface MovementParams extends Weights {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly hourFrom: number;
  readonly hourTo: number;
  readonly bySale: 0 | 1;
}

export interface ProofPlace {
  readonly afterAt: number;
  readonly afterOrder: string;
  readonly afterTransaction: string;
  readonly afterKind: string;
}

export interface Contribution {
  readonly kind: 'sale' | 'cancellation' | 'refund' | 'discount';
  readonly order_id: string;
  readonly transaction_id: string;
  readonly statement_id: string;
  readonly at: number;
  readonly event_date: string;
  readonly contribution: string;
}

export interface ProofDeps extends OverviewDeps {
  readonly proofRows: (
    params: MovementParams & ProofPlace & { limit: number; productId: string | undefined },
  ) => Promise<readonly Contribution[]>;
  readonly proofTotal: (
    params: MovementParams & { productId: string | undefined },
  ) => Promise<{ sum: string; rows: number }>;
  readonly productFigure: (params: ProductFigureParams) => Promise<ProductFigure>;
  readonly cursors: Cursors;
}

export interface ProofRequest extends FigureRequest {
  readonly metric: MetricId;
  readonly at?: string | undefined;
  readonly productId?: string | undefined;
  readonly component: Component;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const FIRST: ProofPlace = {
  afterAt: 4_294_967_295,
  afterOrder: '',
  afterTransaction: '',
  afterKind: '',
};
const ALL_HOURS = { hourFrom: 0, hourTo: 4_294_967_295 };

/** The rows behind a number, with their sum over all pages beside the number itself. */
export async function readProof(
  deps: ProofDeps,
  merchantId: string,
  request: ProofRequest,
): Promise<Omit<ProofReply, 'meta'> & { meta: ReturnType<typeof metaOf> }> {
  const opened = await openFigures(deps, merchantId, { ...request, compare: 'none' });
  const { shop, knowledge } = opened;
  const window = narrow(opened.window, request);
  const { metric, basis, productId } = request;
  const component = componentOf(metric, request.component);
  const params: MovementParams = {
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    from: window.from,
    to: window.to,
    ...(window.grain === 'hour' ? { hourFrom: window.fromS, hourTo: window.toS } : ALL_HOURS),
    bySale: bySaleOf(basis),
    ...weightsOf(metric, component),
  };
  const bound = boundTo(merchantId, request);
  const place = request.cursor === undefined ? FIRST : placeOf(deps.cursors, bound, request.cursor);
  const [value, total, rows] = await Promise.all([
    figureOf(deps, { ...opened, window }, request, component),
    deps.proofTotal({ ...params, productId }),
    deps.proofRows({ ...params, ...place, limit: request.limit + 1, productId }),
  ]);
  const items = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? items.at(-1) : undefined;
  // Without a figure there is nothing to add up: two currencies, for one, have no sum.
  const sum = value.value === null ? '0' : canonical(total.sum, value.value);
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: undefined,
      basis,
      currency: shop.currency,
      knowledge,
    }),
    value,
    formula: formulaOf(metric, component),
    text: DICTIONARY[metric].text,
    sum,
    rows: total.rows,
    difference: value.value === null ? '0' : fromUnits(toUnits(value.value) - toUnits(sum)),
    items: items.map(toItem),
    nextCursor:
      last === undefined
        ? null
        : deps.cursors.encode(bound, [
            String(last.at),
            last.order_id,
            last.transaction_id,
            last.kind,
          ]),
  };
}

/** One bucket of the window, as the series showed it. */
function narrow(
  window: QueryWindow,
  { at, productId }: Pick<ProofRequest, 'at' | 'productId'>,
): QueryWindow {
  if (productId !== undefined && window.grain === 'hour') {
    // Products are summed by day; of an hour of one product there is no figure to prove.
    return narrow({ ...window, grain: 'day', buckets: daysOf(window) }, { at, productId });
  }
  if (at === undefined) {
    return window;
  }
  const atS = Date.parse(at) / 1000;
  const index = window.buckets.findIndex((bucket) => bucket.from === atS);
  const bucket = window.buckets[index];
  if (bucket === undefined) {
    throw new AppError('request.unacceptable', 'no bucket of this range begins then', {
      details: { reason: 'range.invalid', errors: [{ pointer: '/at', reason: 'bucket.unknown' }] },
    });
  }
  const next = window.buckets[index + 1];
  // An hour stays within its day: the day bounds the read, the hour the rows.
  const to =
    window.grain === 'hour'
      ? (nextDay(window, bucket.date) ?? window.to)
      : (next?.date ?? window.to);
  return {
    ...window,
    from: bucket.date,
    to,
    fromS: bucket.from,
    toS: bucket.to,
    open: bucket.to > window.nowS,
    buckets: [bucket],
  };
}

const daysOf = ({ zone, from, to }: QueryWindow) => bucketsOf(zone, from, to, 'day');

const nextDay = (window: QueryWindow, date: string): string | undefined =>
  window.buckets.find((bucket) => bucket.date > date)?.date;

type OpenedWindow = Awaited<ReturnType<typeof openFigures>>;

async function figureOf(
  deps: ProofDeps,
  { shop, window, knowledge }: OpenedWindow,
  request: ProofRequest,
  component: Component,
) {
  const { metric, basis, productId } = request;
  const context: ViewContext = { window, basis, knowledge, currency: shop.shownCurrency };
  const interval = { fromS: window.fromS, toS: window.toS, date: window.from };
  const sums =
    productId === undefined
      ? totalOf((await readFigures(deps, shop, window, undefined, basis)).current.perBucket)
      : await productSums(deps, { shop, window, knowledge, baseline: undefined }, productId);
  const valued = valuedOf(context, metric, sums, interval);
  const shown =
    component === 'value' ? valued : componentValue(context, valued, sums, { metric, component });
  const head = metricValueOf(context, metric, shown, { interval, sums });
  if (component !== 'denominator') {
    return component === 'value' ? head : { ...head, label: 'numerator' };
  }
  const { currency: _money, ...count } = head;
  return { ...count, unit: 'count' as const, label: 'denominator' };
}

function componentValue(
  { basis, currency }: ViewContext,
  valued: Valued,
  sums: Sums,
  { metric, component }: { readonly metric: MetricId; readonly component: Component },
): Valued {
  const isUnknown = valued.value === null && valued.reason !== 'zero_denominator';
  const part = component === 'denominator' ? 'denominator' : 'numerator';
  const known = sums.currency === 'none' ? { ...sums, currency } : sums;
  return isUnknown ? valued : measureComponent(metric, basis, known, part);
}

async function productSums(
  deps: ProofDeps,
  { shop, window }: OpenedWindow,
  productId: string,
): Promise<Sums> {
  const { sums } = await deps.productFigure({
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    from: window.from,
    to: window.to,
    productId,
  });
  return sums;
}

/** With as many digits as the figure beside it. */
const canonical = (sum: string, like: string): string =>
  fromUnits(toUnits(sum), like.split('.')[1]?.length ?? 0);

function boundTo(merchantId: string, request: ProofRequest): string {
  const { cursor: _cursor, limit: _limit, ...rest } = request;
  return JSON.stringify(['proof', merchantId, Object.entries(rest).sort()]);
}

function placeOf(cursors: Cursors, bound: string, cursor: string): ProofPlace {
  const [at = '0', afterOrder = '', afterTransaction = '', afterKind = ''] = cursors.decode(
    bound,
    cursor,
    4,
  );
  return { afterAt: Number(at), afterOrder, afterTransaction, afterKind };
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function toItem(row: Contribution) {
  return {
    kind: row.kind,
    orderId: orNull(row.order_id),
    transactionId: orNull(row.transaction_id),
    statementId: orNull(row.statement_id),
    at: isoInstant(row.at),
    date: row.event_date,
    contribution: fromUnits(toUnits(row.contribution)),
  };
}
