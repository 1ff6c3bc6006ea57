import type { MetricId, ProofReply } from '@tokometrics/contracts';
import { fromUnits, isoInstant, toUnits } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { totalOf } from './bucket-sums.ts';
import type { Stored } from './bucket-sums.ts';
import type { Cursors } from './cursor.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { Valued, ViewContext } from './metric-value.ts';
import { bySaleOf, componentOf, explanationOf, takenOf, weightsOf } from './proof.ts';
import type { Component, Taken, Weights } from './proof.ts';
import type { QueryWindow } from './query-window.ts';
import type { ProductFigure, ProductFigureParams } from './product-figures.ts';
import { readFigures } from './read-figures.ts';
import { openFigures } from './read-overview.ts';
import type { FigureRequest, OverviewDeps } from './read-overview.ts';
import { metaOf } from './reply-meta.ts';
import type { KnownShop } from './shop-access.ts';
import { measureComponent } from './sums.ts';
import type { Sums } from './sums.ts';

interface MovementParams extends Weights, Stored {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly hourFrom: number;
  readonly hourTo: number;
  readonly bySale: 0 | 1;
}

interface ProofPlace {
  readonly afterAt: number;
  readonly afterOrder: string;
  readonly afterTransaction: string;
  readonly afterKind: string;
}

interface Contribution {
  readonly kind: 'sale' | 'cancellation' | 'refund' | 'discount';
  readonly order_id: string;
  readonly transaction_id: string;
  readonly statement_id: string;
  readonly at: number;
  readonly event_date: string;
  readonly contribution: string;
  readonly currency: string;
}

/** Sum and number of all rows behind a figure, and one page of them. */
interface ProofPage {
  readonly sum: string;
  readonly rows: number;
  readonly page: readonly Contribution[];
}

export interface ProofDeps extends OverviewDeps {
  readonly proofPage: (
    params: MovementParams & ProofPlace & { limit: number },
    of: { readonly taken: Taken; readonly productId: string | undefined },
  ) => Promise<ProofPage>;
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
  afterAt: 0,
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
  const opened = await openFigures(deps, merchantId, {
    ...{ ...request, compare: 'none' },
    finest: request.productId === undefined ? undefined : 'day',
  });
  const { shop, knowledge } = opened;
  const window = narrow(opened.window, request.at);
  const { metric, basis } = request;
  const component = componentOf(metric, request.component);
  const bound = boundTo(merchantId, request);
  const place = request.cursor === undefined ? FIRST : placeOf(deps.cursors, bound, request.cursor);
  // The figure first: its rollup knows the storage days of its rows, so that few others are read.
  const figure = await figureOf(deps, { ...opened, window }, request, component);
  const { value } = figure;
  const total =
    figure.stored === undefined
      ? NO_ROWS
      : await rowsOf(deps, { shop, window, stored: figure.stored, place }, request, component);
  const items = total.page.slice(0, request.limit);
  const last = total.page.length > request.limit ? items.at(-1) : undefined;
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
    ...explanationOf(metric, component, request.productId !== undefined),
    sum,
    rows: total.rows,
    difference: value.value === null ? '0' : fromUnits(toUnits(value.value) - toUnits(sum)),
    items: items.map((row) => toItem(row, value.unit !== 'count')),
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

const NO_ROWS: ProofPage = { sum: '0', rows: 0, page: [] };

interface Where {
  readonly shop: KnownShop;
  readonly window: QueryWindow;
  readonly stored: Stored;
  readonly place: ProofPlace;
}

function rowsOf(
  deps: ProofDeps,
  { shop, window, stored, place }: Where,
  { metric, basis, limit, productId }: ProofRequest,
  component: Component,
): Promise<ProofPage> {
  const weights = weightsOf(metric, component);
  const params: MovementParams = {
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    from: window.from,
    to: window.to,
    ...stored,
    ...(window.grain === 'hour' ? { hourFrom: window.fromS, hourTo: window.toS } : ALL_HOURS),
    bySale: bySaleOf(basis),
    ...weights,
  };
  const of = { taken: takenOf(weights), productId };
  return deps.proofPage({ ...params, ...place, limit: limit + 1 }, of);
}

/** One bucket of the window, as the series showed it. */
function narrow(window: QueryWindow, at: string | undefined): QueryWindow {
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
  const { sums, stored } =
    productId === undefined
      ? await shopSums(deps, { shop, window, basis })
      : await productSums(deps, shop, window, productId);
  const valued = valuedOf(context, metric, sums, interval);
  const shown =
    component === 'value' ? valued : componentValue(context, valued, sums, { metric, component });
  const head = metricValueOf(context, metric, shown, { interval, sums });
  if (component !== 'denominator') {
    return { stored, value: component === 'value' ? head : { ...head, label: 'numerator' } };
  }
  const { currency: _money, ...count } = head;
  return { stored, value: { ...count, unit: 'count' as const, label: 'denominator' } };
}

async function shopSums(
  deps: ProofDeps,
  { shop, window, basis }: Pick<Where, 'shop' | 'window'> & Pick<ProofRequest, 'basis'>,
): Promise<ProductFigure> {
  const { current, stored } = await readFigures(deps, shop, window, undefined, basis);
  return { sums: totalOf(current.perBucket), stored };
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

function productSums(
  deps: ProofDeps,
  shop: KnownShop,
  window: QueryWindow,
  productId: string,
): Promise<ProductFigure> {
  return deps.productFigure({
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    from: window.from,
    to: window.to,
    productId,
  });
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

function toItem(row: Contribution, isMoney: boolean) {
  return {
    kind: row.kind,
    orderId: orNull(row.order_id),
    transactionId: orNull(row.transaction_id),
    statementId: orNull(row.statement_id),
    at: isoInstant(row.at),
    date: row.event_date,
    contribution: fromUnits(toUnits(row.contribution)),
    currency: isMoney ? row.currency : null,
  };
}
