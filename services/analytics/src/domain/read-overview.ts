import type { Basis, MetricId, OverviewReply } from '@tokometrics/contracts';
import { createKnowledge } from './knowledge.ts';
import type { Knowledge } from './knowledge.ts';
import { overviewOf } from './overview.ts';
import { baselineOf, resolveWindow } from './query-window.ts';
import type { Baseline, CompareMode, QueryWindow, WindowRequest } from './query-window.ts';
import { readFigures } from './read-figures.ts';
import type { FigureDeps } from './read-figures.ts';
import { metaOf } from './reply-meta.ts';
import { openShop } from './shop-access.ts';
import type { KnownShop, ShopAccessDeps } from './shop-access.ts';

export interface OverviewDeps extends ShopAccessDeps, FigureDeps {}

export interface FigureRequest extends WindowRequest {
  readonly shop: string;
  readonly basis: Basis;
  readonly compare: CompareMode;
}

export interface Opened {
  readonly shop: KnownShop;
  readonly window: QueryWindow;
  readonly knowledge: Knowledge;
  readonly baseline: Baseline | undefined;
}

/** Shop, window and what is known of both: the beginning of every figure's answer. */
export async function openFigures(
  deps: ShopAccessDeps,
  merchantId: string,
  request: FigureRequest,
): Promise<Opened> {
  const shop = openShop(deps, merchantId, request.shop);
  const window = resolveWindow(request, shop.zone, deps.now());
  const known = await deps.known(shop.shopKey, shop.epoch);
  const knowledge = createKnowledge(known, window.nowS);
  // One cut for all tiles, by the resource that moves fastest; statements come once a day.
  const ordersThrough = knowledge.completeThrough('orders');
  return {
    shop: { ...shop, revision: known.revision },
    window,
    knowledge,
    baseline: baselineOf(window, request.compare, ordersThrough),
  };
}

export async function readOverview(
  deps: OverviewDeps,
  merchantId: string,
  request: FigureRequest & { readonly metric: MetricId },
): Promise<Omit<OverviewReply, 'meta'> & { meta: ReturnType<typeof metaOf> }> {
  const { shop, window, knowledge, baseline } = await openFigures(deps, merchantId, request);
  const { basis } = request;
  const figures = await readFigures(deps, shop, window, baseline, basis);
  const context = { window, basis, knowledge, currency: shop.shownCurrency };
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: baseline,
      basis,
      currency: shop.currency,
      knowledge,
    }),
    ...overviewOf(context, request.metric, figures.current, figures.baseline),
  };
}
