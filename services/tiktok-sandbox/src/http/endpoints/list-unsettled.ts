import { rowAmountsAt, rowTime, statementTime, type RowAmounts } from '../../domain/ledger.ts';
import { moneyText } from '../../domain/money.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { unsettledValue } from '../finance-value.ts';
import { takePage } from '../paging.ts';
import { inWindow, oneOf, pageSizeOf, queryTime } from '../parameters.ts';

/** 2025-01-01: TikTok estimates nothing for older orders. */
const FIRST_ESTIMATED = 1_735_689_600;

export const listUnsettled: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/orders/unsettled',
  versions: ['202507'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: true,
  parameters: [
    ...['page_size', 'page_token', 'sort_field', 'sort_order'],
    ...['search_time_ge', 'search_time_lt'],
  ],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    oneOf(call, 'sort_field', ['order_create_time'], 'order_create_time');
    const sort = oneOf(call, 'sort_order', ['ASC', 'DESC'], 'ASC');
    const pageSize = pageSizeOf(call, { max: 100, fallback: 20 });
    const ge = Math.max(FIRST_ESTIMATED, queryTime(call, 'search_time_ge') ?? 0);
    const lt = queryTime(call, 'search_time_lt');
    const rows = book(call.now).finance.rows.flatMap((row) => {
      const isOpen = statementTime(row.day) > call.now && inWindow(rowTime(row), ge, lt);
      // Nothing is estimated of what will be kept back.
      if (row.kind === 'reserve') {
        return [];
      }
      const amounts = isOpen ? rowAmountsAt(row, call.now) : undefined;
      return amounts === undefined ? [] : [{ row, amounts }];
    });
    const page = takePage(call, {
      rows,
      valueOf: ({ row }) => rowTime(row),
      idOf: ({ row }) => row.id,
      sort,
      pageSize,
    });
    const sum = (pick: (amounts: RowAmounts) => number): string =>
      moneyText(
        rows.reduce((total, { amounts }) => total + pick(amounts), 0),
        facts.money,
      );
    return {
      value: {
        transactions: page.rows.map(({ row, amounts }) =>
          unsettledValue(row, amounts, facts, call.now),
        ),
        sum_est_settlement_amount: sum(({ settlement }) => settlement),
        sum_est_revenue_amount: sum(({ revenue }) => revenue),
        sum_est_fee_amount: sum(({ fees }) => fees),
        sum_est_adjustment_amount: sum(({ adjustment }) => adjustment),
        ...page.next,
        total_count: page.total,
      },
    };
  },
};
