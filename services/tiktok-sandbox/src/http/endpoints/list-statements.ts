import { shopOf, type Endpoint } from '../api-call.ts';
import { paymentStatusOf, statementValue } from '../finance-value.ts';
import { takePage } from '../paging.ts';
import { inWindow, oneOf, pageSizeOf, queryTime } from '../parameters.ts';

export const listStatements: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/statements',
  versions: ['202309'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: true,
  parameters: [
    ...['page_size', 'page_token', 'sort_field', 'sort_order', 'statement_time_ge'],
    ...['statement_time_lt', 'payment_status'],
  ],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    oneOf(call, 'sort_field', ['statement_time']);
    const sort = oneOf(call, 'sort_order', ['ASC', 'DESC'], 'ASC');
    const pageSize = pageSizeOf(call, { max: 100, fallback: 20 });
    const ge = queryTime(call, 'statement_time_ge');
    const lt = queryTime(call, 'statement_time_lt');
    const status = call.query.has('payment_status')
      ? oneOf(call, 'payment_status', ['PAID', 'FAILED', 'PROCESSING'])
      : undefined;
    const page = takePage(call, {
      rows: book(call.now).finance.statements.filter(
        (statement) =>
          statement.time <= call.now &&
          inWindow(statement.time, ge, lt) &&
          (status === undefined || paymentStatusOf(statement, facts, call.now) === status),
      ),
      valueOf: ({ time }) => time,
      idOf: ({ id }) => id,
      sort,
      pageSize,
    });
    return {
      value: {
        statements: page.rows.map((statement) => statementValue(statement, facts, call.now)),
        ...page.next,
      },
    };
  },
};
