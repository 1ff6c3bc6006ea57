import { ordersReply } from '@tokometrics/contracts';
import type { OrdersReply } from '@tokometrics/contracts';
import type { Merchant } from './merchant.ts';

/** Every order that the pages of the list hold, as often as they hold it. */
export async function listOrderIds(
  merchant: Merchant,
  shopKey: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const at = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: OrdersReply = await merchant.get(
      `/orders?shop=${shopKey}&from=${from}&to=${to}&limit=200${at}`,
      ordersReply,
    );
    ids.push(...page.items.map(({ orderId }) => orderId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}
