import type { Shop } from '@tokometrics/contracts';
import { Empty } from '../../ui/notice-box.tsx';

/** What tells of a product: its listing, and the orders that it is in. */
const TELLING: readonly string[] = ['product', 'order'];

/** A product that nothing tells of. While not everything has been read, nobody knows that there is none. */
export function NoProduct({ shop }: { readonly shop: Pick<Shop, 'sync'> }) {
  const isWhole = shop.sync.stages.every(
    ({ resource, state }) => state === 'done' || !TELLING.includes(resource),
  );
  return isWhole ? (
    <Empty title="This shop has no such product">
      <p className="text-soft">It may belong to another shop of yours, or be too old.</p>
    </Empty>
  ) : (
    <Empty title="This product has not been read yet">
      <p className="text-soft">
        Products and orders of this shop have not been read to the end. It may appear as more of
        them arrives, belong to another shop of yours, or be too old.
      </p>
    </Empty>
  );
}
