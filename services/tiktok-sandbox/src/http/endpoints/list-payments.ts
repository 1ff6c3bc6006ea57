import { moneyText } from '../../domain/money.ts';
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
    const money = (amount: number): { value: string; currency: string } => ({
      value: moneyText(amount, facts.money),
      currency: facts.money.currency,
    });
    return {
      value: {
        payments: page.rows.map(({ id, amount, createTime, paidTime }) => ({
          id,
          create_time: createTime,
          status: paidTime <= call.now ? 'PAID' : 'PROCESSING',
          ...(paidTime <= call.now ? { paid_time: paidTime } : {}),
          amount: money(amount),
          settlement_amount: money(amount),
          reserve_amount: money(0),
          payment_amount_before_exchange: money(amount),
          exchange_rate: '1.000000',
          bank_account: 'PIICANARY***1234',
        })),
        ...page.next,
      },
    };
  },
};
