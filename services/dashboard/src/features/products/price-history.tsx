import type { ProductReply } from '@tokometrics/contracts';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { formatAmount, formatDay, formatRange, formatShare } from '../../ui/format.ts';
import { priceChanges } from './price-changes.ts';
import { SkuName } from './sku-table.tsx';

type PriceHistoryProps = Pick<ProductReply, 'priceHistory' | 'skus'>;

const SHOWN = 12;

/** What each variant has cost since when. Nobody knows a price that was gone before it was read. */
export function PriceHistory({ priceHistory, skus }: PriceHistoryProps) {
  const [isWhole, setWhole] = useState(false);
  const changes = priceChanges(priceHistory);
  const sellerSku = new Map(skus.map((sku) => [sku.skuId, sku.sellerSku]));
  if (changes.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="prices" className="sheet overflow-hidden">
      <header className="px-5 py-4">
        <h2 id="prices" className="text-[1.15rem]">
          Price history
        </h2>
        <p className="text-[0.87rem] text-soft">
          List prices on the days on which they were read. A price that came and went between two
          readings is not known.
        </p>
      </header>
      <table className="ledger border-t border-rule">
        <thead>
          <tr>
            <th scope="col" className="label">
              Variant
            </th>
            <th scope="col" className="label">
              When
            </th>
            <th scope="col" className="label number">
              Price
            </th>
            <th scope="col" className="label number">
              Change
            </th>
          </tr>
        </thead>
        <tbody>
          {changes
            .slice(0, isWhole ? undefined : SHOWN)
            .map(({ skuId, from, to, price, change }) => (
              <tr key={`${skuId} ${from}`}>
                <td data-label="Variant" className="wide font-mono text-[0.85rem]">
                  <SkuName skuId={skuId} sellerSku={sellerSku.get(skuId) ?? ''} />
                </td>
                <td data-label="When" className="whitespace-nowrap">
                  {to === undefined ? `since ${formatDay(from)}` : formatRange(from, to)}
                </td>
                <td data-label="Price" className="number">
                  {formatAmount(price)}
                </td>
                <td data-label="Change" className="number">
                  {change === undefined ? 'first read' : formatShare(change, true)}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {changes.length > SHOWN && !isWhole ? (
        <p className="border-t border-rule px-5 py-3">
          <Button size="small" onClick={() => setWhole(true)}>
            All {changes.length} prices
          </Button>
        </p>
      ) : null}
    </section>
  );
}
