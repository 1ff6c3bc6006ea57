import { shopOf, type Endpoint } from '../api-call.ts';
import { oneOf, pageSizeOf } from '../parameters.ts';

/** The fifth scope is not granted by default; where it is, there is nothing to see. */
function emptySearch(what: 'cancellations' | 'returns', list: string, min: number): Endpoint {
  return {
    method: 'POST',
    path: `/return_refund/{version}/${what}/search`,
    versions: what === 'returns' ? ['202309', '202602'] : ['202309'],
    scope: 'seller.return_refund.basic',
    isShopScoped: true,
    isListed: false,
    parameters: ['page_size', 'page_token', 'sort_field', 'sort_order'],
    handle: (call) => {
      shopOf(call);
      pageSizeOf(call, { min, max: 50, fallback: 10 });
      oneOf(call, 'sort_field', ['create_time', 'update_time'], 'create_time');
      oneOf(call, 'sort_order', ['ASC', 'DESC'], 'ASC');
      return { value: { [list]: [], next_page_token: '', total_count: 0 } };
    },
  };
}

export const searchCancellations = emptySearch('cancellations', 'cancellations', 1);
export const searchReturns = emptySearch('returns', 'return_orders', 10);
