import { moneyText } from '../domain/money.ts';
import { isLineCancelledAt, lineStatusAt, type OrderLine } from '../domain/order.ts';
import { withUnknown, type UnknownField } from '../domain/unknown-fields.ts';
import { hasHappened, orderHead, packageIdOf, trackingOf, type OrderView } from './order-value.ts';

/**
 * An order as JSON text. Its line items are never built as values: all elements of a line differ in
 * five digits, so a page of thousands is concatenation of one prefix and one suffix per line.
 */
export function orderText(
  view: OrderView,
  variant: 'search' | 'detail',
  unknownField: UnknownField | undefined,
): string {
  const head = JSON.stringify(withUnknown(orderHead(view, variant), unknownField, 2));
  let text = `${head.slice(0, -1)},"line_items":[`;
  let isFirst = true;
  for (const line of view.order.lines) {
    const prefix = `{"id":"${line.unitIdPrefix}`;
    const fields = withUnknown(lineFields(view, line, variant), unknownField, 3);
    const suffix = `",${JSON.stringify(fields).slice(1)}`;
    for (let unit = 1; unit <= line.quantity; unit++) {
      text += (isFirst ? prefix : `,${prefix}`) + unitText(unit) + suffix;
      isFirst = false;
    }
  }
  return `${text}]}`;
}

export function unitText(unit: number): string {
  return unit < 10 ? `0000${String(unit)}` : String(unit).padStart(5, '0');
}

const PACKAGE: Readonly<Record<string, string>> = {
  AWAITING_COLLECTION: 'PROCESSING',
  IN_TRANSIT: 'FULFILLING',
  DELIVERED: 'COMPLETED',
  COMPLETED: 'COMPLETED',
  CANCELLED: 'CANCELLED',
};

function lineFields(
  view: OrderView,
  line: OrderLine,
  variant: 'search' | 'detail',
): Record<string, unknown> {
  const { order, facts, now, hash } = view;
  const status = lineStatusAt(order, line, now);
  const cancellation =
    status === 'CANCELLED' ? (line.cancellation ?? order.cancellation) : undefined;
  const text = (amount: number): string => moneyText(amount, facts.money);
  return {
    product_id: line.productId,
    product_name: line.productName,
    sku_id: line.skuId,
    sku_name: line.skuName,
    sku_type: 'NORMAL',
    seller_sku: line.sellerSku,
    display_status: status,
    currency: facts.money.currency,
    original_price: text(line.originalPrice),
    sale_price: text(line.originalPrice - line.sellerDiscount - line.platformDiscount),
    seller_discount: text(line.sellerDiscount),
    platform_discount: text(line.platformDiscount),
    is_gift: line.isGift,
    item_tax: taxOf(line, text),
    cancel_reason: cancellation?.reason,
    cancel_user: cancellation?.by,
    package_id: packageIdOf(view, line.parcel),
    package_status: PACKAGE[status] ?? 'TO_FULFILL',
    ...parcelFields(view, line),
    needs_prescription: hash % 13 === 0 ? false : undefined,
    pfand_fee: variant === 'search' && hash % 17 === 0 ? text(0) : undefined,
  };
}

function taxOf(line: OrderLine, text: (amount: number) => string): Record<string, string>[] {
  return line.taxRate === 0
    ? []
    : [
        {
          tax_type: 'SALES_TAX',
          tax_amount: text(line.tax),
          tax_rate: (line.taxRate / 100_000).toFixed(5),
        },
      ];
}

/** The first of two packages is made ready and leaves at once; a unit cancelled alone never does. */
function parcelFields(view: OrderView, line: OrderLine): Record<string, unknown> {
  const { order, now } = view;
  const early = line.parcel === 0 ? order.firstParcelTime : undefined;
  const rts = early ?? order.rtsTime;
  const isGone = isLineCancelledAt(line, now);
  const hasShipped = !isGone && hasHappened(view, early ?? order.collectionTime);
  return {
    rts_time: !isGone && hasHappened(view, rts) ? rts : undefined,
    shipping_provider_name: hasShipped ? 'Sandbox Post' : undefined,
    tracking_number: hasShipped ? trackingOf(view, line.parcel) : undefined,
  };
}
