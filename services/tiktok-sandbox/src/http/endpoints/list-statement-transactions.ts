import { badParameter } from '../../domain/fault-table.ts';
import { rowTime } from '../../domain/ledger.ts';
import { moneyText } from '../../domain/money.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { transactionValue } from '../finance-value.ts';
import { takePage } from '../paging.ts';
import { oneOf, pageSizeOf } from '../parameters.ts';

export const listStatementTransactions: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/statements/{statement_id}/statement_transactions',
  versions: ['202501'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: true,
  parameters: ['page_size', 'page_token', 'sort_field', 'sort_order'],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    oneOf(call, 'sort_field', ['order_create_time']);
    const sort = oneOf(call, 'sort_order', ['ASC', 'DESC'], 'ASC');
    const pageSize = pageSizeOf(call, { max: 100, fallback: 20 });
    const statement = book(call.now).finance.statementById.get(call.ids['statement_id'] ?? '');
    if (statement === undefined || statement.time > call.now) {
      throw badParameter('statement_id', 'no such statement', 'a statement of this shop');
    }
    const page = takePage(call, {
      rows: statement.rows,
      valueOf: rowTime,
      idOf: ({ id }) => id,
      sort,
      pageSize,
    });
    const text = (amount: number): string => moneyText(amount, facts.money);
    return {
      value: {
        id: statement.id,
        create_time: statement.time,
        currency: facts.money.currency,
        status: 'SETTLED',
        payable_amount: text(statement.settlement + statement.reserve),
        total_reserve_amount: text(statement.reserve),
        total_settlement_amount: text(statement.settlement),
        total_settlement_breakdown: {
          total_revenue_amount: text(statement.revenue),
          total_shipping_cost_amount: text(statement.shipping),
          total_fee_tax_amount: text(statement.fees),
          total_adjustment_amount: text(statement.adjustment),
        },
        transactions: page.rows.flatMap((row) => transactionValue(row, facts, call.now) ?? []),
        ...page.next,
        total_count: page.total,
      },
    };
  },
};
