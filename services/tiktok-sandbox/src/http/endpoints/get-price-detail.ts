import { badParameter } from '../../domain/fault-table.ts';
import { moneyText } from '../../domain/money.ts';
import { orderTotals } from '../../domain/order.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { unitText } from '../order-text.ts';

interface Price {
  readonly original: number;
  readonly seller: number;
  readonly platform: number;
  readonly tax: number;
}

export const getPriceDetail: Endpoint = {
  method: 'GET',
  path: '/order/{version}/orders/{order_id}/price_detail',
  versions: ['202407'],
  scope: 'seller.order.info',
  isShopScoped: true,
  isListed: false,
  parameters: [],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    const order = book(call.now).orderById.get(call.ids['order_id'] ?? '');
    if (order === undefined || order.createTime > call.now) {
      throw badParameter('order_id', 'no such order', 'an order of this shop');
    }
    const price = ({ original, seller, platform, tax }: Price): Record<string, string> => ({
      currency: facts.money.currency,
      sku_list_price: moneyText(original, facts.money),
      sku_sale_price: moneyText(original - seller - platform, facts.money),
      subtotal_deduction_seller: moneyText(seller, facts.money),
      subtotal_deduction_platform: moneyText(platform, facts.money),
      subtotal: moneyText(original - seller - platform, facts.money),
      tax_amount: moneyText(tax, facts.money),
    });
    const totals = orderTotals(order);
    return {
      value: {
        ...price({
          original: totals.original,
          seller: totals.sellerDiscount,
          platform: totals.platformDiscount,
          tax: totals.tax,
        }),
        shipping_list_price: moneyText(
          order.shippingFee + order.shippingPlatformDiscount,
          facts.money,
        ),
        shipping_sale_price: moneyText(order.shippingFee, facts.money),
        payment: moneyText(totals.total, facts.money),
        total: moneyText(totals.total, facts.money),
        line_items: order.lines.flatMap((line) =>
          Array.from({ length: line.quantity }, (_, index) => ({
            id: line.unitIdPrefix + unitText(index + 1),
            ...price({
              original: line.originalPrice,
              seller: line.sellerDiscount,
              platform: line.platformDiscount,
              tax: line.tax,
            }),
          })),
        ),
      },
    };
  },
};
