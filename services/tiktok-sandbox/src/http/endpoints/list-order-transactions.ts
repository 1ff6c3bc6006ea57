import { badParameter } from '../../domain/fault-table.ts';
import {
  rowAmountsAt,
  statementTime,
  type OrderRow,
  type RowAmounts,
} from '../../domain/ledger.ts';
import { moneyText, type MoneyStyle } from '../../domain/money.ts';
import { splitBySku, type SkuShare } from '../../domain/sku-split.ts';
import { shopOf, type Endpoint } from '../api-call.ts';

export const listOrderTransactions: Endpoint = {
  method: 'GET',
  path: '/finance/{version}/orders/{order_id}/statement_transactions',
  versions: ['202501'],
  scope: 'seller.finance.info',
  isShopScoped: true,
  isListed: true,
  parameters: [],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    const { orderById, finance } = book(call.now);
    const order = orderById.get(call.ids['order_id'] ?? '');
    if (order === undefined || order.createTime > call.now) {
      throw badParameter('order_id', 'no such order', 'an order of this shop');
    }
    const settled = (finance.rowsOfOrder.get(order.id) ?? []).flatMap((row) => {
      const amounts = rowAmountsAt(row, call.now);
      return amounts === undefined || statementTime(row.day) > call.now ? [] : [{ row, amounts }];
    });
    const text = (amount: number): string => moneyText(amount, facts.money);
    const sum = (pick: (amounts: RowAmounts) => number): string =>
      text(settled.reduce((total, { amounts }) => total + pick(amounts), 0));
    const statementIdOf = (row: OrderRow): string | undefined =>
      finance.statements.find(({ day }) => day === row.day)?.id;
    const skus = settled.flatMap(({ row, amounts }) =>
      splitBySku(row, amounts.fees, call.now).map((share) => ({
        statement_id: statementIdOf(row),
        ...shareValue(share, facts.money),
      })),
    );
    return {
      value: {
        order_id: order.id,
        order_create_time: order.createTime,
        currency: facts.money.currency,
        revenue_amount: sum(({ revenue }) => revenue),
        fee_and_tax_amount: sum(({ fees }) => fees),
        shipping_cost_amount: sum(({ shipping }) => shipping),
        settlement_amount: sum(({ settlement }) => settlement),
        sku_transactions: skus,
        total_count: skus.length,
      },
    };
  },
};

/** Shipping stands on the header alone. */
function shareValue(share: SkuShare, money: MoneyStyle): Record<string, unknown> {
  const text = (amount: number): string => moneyText(amount, money);
  const revenue =
    share.subtotal + share.sellerDiscount + share.refundSubtotal + share.sellerDiscountRefund;
  return {
    sku_id: share.line.skuId,
    sku_name: share.line.skuName,
    product_name: share.line.productName,
    quantity: String(share.quantity),
    revenue_amount: text(revenue),
    fee_tax_amount: text(share.fees),
    settlement_amount: text(revenue + share.fees),
    revenue_breakdown: {
      subtotal_before_discount_amount: text(share.subtotal),
      seller_discount_amount: text(share.sellerDiscount),
      refund_subtotal_before_discount_amount: text(share.refundSubtotal),
      seller_discount_refund_amount: text(share.sellerDiscountRefund),
    },
  };
}
