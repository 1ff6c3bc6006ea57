import { sendStatements } from './read-finance.ts';
import type { FinanceDeps } from './read-finance.ts';
import type { BackfillPlan } from './backfill-plan.ts';
import type { ShopSource } from './shop-source.ts';
import { FIRST_WIDTH_S, nextWidth, retentionCut } from './slices.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Stream } from './sync-cursor.ts';

export interface PlannedBackfill {
  readonly stream: Stream;
  readonly first: (at: number) => CursorState;
  readonly plan: BackfillPlan;
}

/** In this order: orders bring today's figures, and everything else explains them. */
export function backfillPlans(source: ShopSource, finance: FinanceDeps): PlannedBackfill[] {
  const { sink } = finance;
  const slicedDays = (at: number): CursorState =>
    firstCursor(at, { cut: retentionCut(at), widthS: FIRST_WIDTH_S });
  return [
    {
      stream: 'order.backfill',
      first: slicedDays,
      plan: {
        resources: ['order'],
        isOrdered: true,
        countsRows: true,
        nextWidth,
        fetch: source.ordersCreated,
        send: async ({ rows, seq, fetchedAt }) => {
          await sink.publish({ resource: 'order', origin: 'backfill', seq, fetchedAt }, rows);
          return { order: rows.length };
        },
      },
    },
    {
      stream: 'product.backfill',
      // Products have no days: one listing of all, cut in halves only where TikTok asks for it.
      first: (at) => firstCursor(at, { cut: 0, widthS: at }),
      plan: {
        resources: ['product'],
        isOrdered: false,
        countsRows: true,
        nextWidth: (_rows, _pageSize, widthS) => widthS,
        fetch: source.productsCreated,
        send: async ({ rows, seq, fetchedAt }) => {
          await sink.publish({ resource: 'product', origin: 'backfill', seq, fetchedAt }, rows);
          return { product: rows.length };
        },
      },
    },
    {
      stream: 'finance.backfill',
      first: slicedDays,
      plan: {
        resources: ['statement', 'transaction'],
        isOrdered: true,
        dependent: 'transaction',
        countsRows: false,
        nextWidth,
        fetch: source.statements,
        send: async (page) => ({
          statement: page.rows.length,
          transaction: await sendStatements(finance, page, page.rows, 'backfill'),
        }),
      },
    },
    {
      stream: 'payment.backfill',
      first: slicedDays,
      plan: {
        resources: ['payment'],
        isOrdered: true,
        countsRows: false,
        nextWidth,
        fetch: source.payments,
        send: async ({ rows, seq, fetchedAt }) => {
          await sink.publish({ resource: 'payment', origin: 'backfill', seq, fetchedAt }, rows);
          return { payment: rows.length };
        },
      },
    },
  ];
}
