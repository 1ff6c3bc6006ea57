import { badParameter } from '../../domain/fault-table.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { orderText } from '../order-text.ts';
import { viewOrder } from '../order-value.ts';

const MAX_IDS = 50;

export const getOrders: Endpoint = {
  method: 'GET',
  path: '/order/{version}/orders',
  versions: ['202507', '202309'],
  scope: 'seller.order.info',
  isShopScoped: true,
  isListed: true,
  parameters: ['ids'],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    const ids = [...new Set(call.query.get('ids')?.split(',') ?? [])];
    if (ids.length === 0 || ids.length > MAX_IDS || ids.some((id) => !/^\d{1,20}$/.test(id))) {
      throw badParameter('ids', 'missing, too many or not ids', '1 to 50 order ids');
    }
    const { orderById } = book(call.now);
    const texts = ids.flatMap((id) => {
      const order = orderById.get(id);
      return order === undefined || order.createTime > call.now
        ? []
        : [orderText(viewOrder(order, facts, call.now), 'detail', call.unknownField)];
    });
    return { text: `{"orders":[${texts.join(',')}]}` };
  },
};
