import type { Payment } from '../../domain/finance.ts';
import { badParameter } from '../../domain/fault-table.ts';
import { moneyText } from '../../domain/money.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { takePage } from '../paging.ts';
import { inWindow, pageSizeOf, queryTime } from '../parameters.ts';

const TYPES = ['WITHDRAW', 'SETTLE', 'TRANSFER', 'REVERSE'];

interface Movement {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly amount: number;
}

export const listWithdrawals: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/withdrawals',
  versions: ['202309'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: false,
  parameters: ['page_size', 'page_token', 'types', 'create_time_ge', 'create_time_lt'],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    const types = call.query.get('types')?.split(',') ?? [];
    if (types.length === 0 || types.some((type) => !TYPES.includes(type))) {
      throw badParameter('types', 'missing or unknown value', TYPES.join(','));
    }
    const pageSize = pageSizeOf(call, { max: 100, fallback: 20 });
    const ge = queryTime(call, 'create_time_ge');
    const lt = queryTime(call, 'create_time_lt');
    const page = takePage(call, {
      rows: book(call.now)
        .finance.payments.flatMap(movementsOf)
        .filter(({ at, type }) => at <= call.now && inWindow(at, ge, lt) && types.includes(type)),
      valueOf: ({ at }) => at,
      idOf: ({ id }) => id,
      sort: 'ASC',
      pageSize,
    });
    return {
      value: {
        withdrawals: page.rows.map(({ id, type, at, amount }) => ({
          id,
          type,
          status: 'SUCCESS',
          create_time: at,
          amount: moneyText(amount, facts.money),
          currency: facts.money.currency,
        })),
        ...page.next,
        total_count: page.total,
      },
    };
  },
};

/** A payment settles into the seller's balance and leaves it for the bank when it is paid. */
function movementsOf({ id, amount, createTime, paidTime }: Payment): Movement[] {
  return [
    { id: `${id.slice(0, 4)}1${id.slice(5)}`, type: 'SETTLE', at: createTime, amount },
    { id: `${id.slice(0, 4)}2${id.slice(5)}`, type: 'WITHDRAW', at: paidTime, amount },
  ];
}
