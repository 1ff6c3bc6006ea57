import type { ProductReply } from '@tokometrics/contracts';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { DASH, formatAmount, formatDay, formatRange, formatShare } from '../../ui/format.ts';
import { priceSpans } from './price-spans.ts';
import type { PriceSpan } from './price-spans.ts';
import { SkuName } from './sku-table.tsx';

type PriceHistoryProps = Pick<ProductReply, 'priceHistory' | 'skus'>;

const SHOWN = 12;

/** What each variant has cost since when. Nobody knows a price that was gone before it was read. */
export function PriceHistory({ priceHistory, skus }: PriceHistoryProps) {
  const [isWhole, setWhole] = useState(false);
  const changes = priceSpans(priceHistory);
  const listed = new Map(skus.map((sku) => [sku.skuId, sku]));
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
          {changes.slice(0, isWhole ? undefined : SHOWN).map((change) => (
            <tr key={`${change.skuId} ${change.from}`}>
              <td data-label="Variant" className="wide font-mono text-[0.85rem]">
                <SkuName
                  skuId={change.skuId}
                  sellerSku={listed.get(change.skuId)?.sellerSku ?? ''}
                />
              </td>
              <td data-label="When" className="whitespace-nowrap">
                {whenOf(change, listed.get(change.skuId))}
              </td>
              <td data-label="Price" className="number">
                {formatAmount(change.price)}
              </td>
              <td data-label="Change" className="number">
                {changeText(change)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length > SHOWN ? (
        <p className="border-t border-rule px-5 py-3">
          {/* It stays where it is, and with it the focus. */}
          <Button size="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Show fewer' : `All ${String(changes.length)} prices`}
          </Button>
        </p>
      ) : null}
    </section>
  );
}

/** "since" is said of a price of now alone: of a variant that is listed and has one. */
function whenOf(
  { from, to }: PriceSpan,
  sku: PriceHistoryProps['skus'][number] | undefined,
): string {
  if (to !== undefined) {
    return formatRange(from, to);
  }
  if (sku === undefined) {
    return `from ${formatDay(from)} · not listed`;
  }
  return `${sku.price === null ? 'from' : 'since'} ${formatDay(from)}`;
}

function changeText({ change, before }: PriceSpan): string {
  if (change !== undefined) {
    return formatShare(change, true);
  }
  return { nothing: 'first read', other_currency: 'other currency', price: DASH }[before];
}
