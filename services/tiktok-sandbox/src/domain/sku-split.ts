import type { OrderRow } from './ledger.ts';
import { isLineCancelledAt, type OrderLine } from './order.ts';

export interface SkuShare {
  readonly line: OrderLine;
  /** Units that this row settles; 0 where it only refunds. */
  readonly quantity: number;
  readonly subtotal: number;
  readonly sellerDiscount: number;
  readonly refundSubtotal: number;
  readonly sellerDiscountRefund: number;
  readonly fees: number;
}

type Draft = { -readonly [K in keyof SkuShare]: SkuShare[K] };

/** A row's goods by SKU. Fees follow the goods' value; the last SKU takes what rounding leaves. */
export function splitBySku(row: OrderRow, feeTotal: number, now: number): SkuShare[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (line: OrderLine): Draft => {
    const draft = drafts.get(line.skuId) ?? {
      line,
      quantity: 0,
      subtotal: 0,
      sellerDiscount: 0,
      refundSubtotal: 0,
      sellerDiscountRefund: 0,
      fees: 0,
    };
    drafts.set(line.skuId, draft);
    return draft;
  };
  if (row.isSettlement) {
    for (const line of row.order.lines.filter((one) => !isLineCancelledAt(one, now))) {
      const draft = draftOf(line);
      draft.quantity += line.quantity;
      draft.subtotal += line.quantity * line.originalPrice;
      draft.sellerDiscount -= line.quantity * line.sellerDiscount;
    }
  }
  for (const refund of row.refunds.filter(({ at }) => at <= now)) {
    const draft = draftOf(refund.line);
    draft.refundSubtotal -= refund.amount;
    draft.sellerDiscountRefund += refund.sellerDiscountBack;
  }
  const shares = [...drafts.values()];
  spreadFees(shares, feeTotal);
  return shares;
}

function spreadFees(shares: Draft[], feeTotal: number): void {
  const whole = shares.reduce((sum, { subtotal }) => sum + subtotal, 0);
  let left = feeTotal;
  shares.forEach((share, index) => {
    const isLast = index === shares.length - 1;
    share.fees = isLast || whole === 0 ? left : Math.trunc((feeTotal * share.subtotal) / whole);
    left -= share.fees;
  });
}
