import type { Payment } from '../../domain/finance.ts';
import { moneyText, type MoneyStyle } from '../../domain/money.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { takePage } from '../paging.ts';
import { inWindow, oneOf, pageSizeOf, queryTime } from '../parameters.ts';

export const listPayments: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/payments',
  versions: ['202309'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: true,
  parameters: [
    ...['page_size', 'page_token', 'sort_field', 'sort_order'],
    ...['create_time_ge', 'create_time_lt'],
  ],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    oneOf(call, 'sort_field', ['create_time']);
    const sort = oneOf(call, 'sort_order', ['ASC', 'DESC'], 'ASC');
    const pageSize = pageSizeOf(call, { max: 100, fallback: 20 });
    const ge = queryTime(call, 'create_time_ge');
    const lt = queryTime(call, 'create_time_lt');
    const page = takePage(call, {
      rows: book(call.now).finance.payments.filter(
        ({ createTime }) => createTime <= call.now && inWindow(createTime, ge, lt),
      ),
      valueOf: ({ createTime }) => createTime,
      idOf: ({ id }) => id,
      sort,
      pageSize,
    });
    return {
      value: {
        payments: page.rows.map((payment) => paymentValue(payment, facts.money, call.now)),
        ...page.next,
      },
    };
  },
};

/** As its record says, which may be less than the statements that it covers. */
function paymentValue(
  { id, amount, settlement, reserve, misreported, createTime, paidTime }: Payment,
  style: MoneyStyle,
  now: number,
): Record<string, unknown> {
  const money = (value: number): { value: string; currency: string } => ({
    value: moneyText(value, style),
    currency: style.currency,
  });
  return {
    id,
    create_time: createTime,
    status: paidTime <= now ? 'PAID' : 'PROCESSING',
    ...(paidTime <= now ? { paid_time: paidTime } : {}),
    amount: money(amount - misreported),
    settlement_amount: money(settlement - misreported),
    reserve_amount: money(reserve),
    payment_amount_before_exchange: money(amount - misreported),
    exchange_rate: '1.000000',
    bank_account: 'PIICANARY***1234',
  };
}
