import type { ProductReply } from '@tokometrics/contracts';
import {
  formatAmount,
  formatCount,
  formatDay,
  formatInstant,
  formatWord,
} from '../../ui/format.ts';

interface SkuTableProps {
  readonly skus: ProductReply['skus'];
  readonly stock: ProductReply['stock'];
  readonly listing: ProductReply['listing'];
  /** Day of the last reading of the product; null: it is not listed. */
  readonly seenDate: ProductReply['seenDate'];
  readonly timezone: string;
}

/** What the product can be bought as: what each costs and how many are there, as they were read last. */
export function SkuTable({ skus, stock, listing, seenDate, timezone }: SkuTableProps) {
  const readThrough = listing.find(({ resource }) => resource === 'inventory')?.completeThrough;
  const stockOf = new Map(stock.map((each) => [each.skuId, each]));
  return (
    <section aria-labelledby="skus" className="sheet overflow-hidden">
      <h2 id="skus" className="px-5 py-4 text-[1.15rem]">
        Variants, prices and stock
      </h2>
      {skus.length === 0 ? (
        <p className="border-t border-rule px-5 py-4 text-soft">
          {seenDate === null
            ? 'This product is not in the shop’s list of products, so its variants are not known.'
            : `The shop’s list of products, read ${formatDay(seenDate)}, names no variants of this product.`}
        </p>
      ) : (
        <table className="ledger border-t border-rule">
          <thead>
            <tr>
              <th scope="col" className="label">
                Variant
              </th>
              <th scope="col" className="label">
                Status
              </th>
              <th scope="col" className="label number">
                Price
              </th>
              <th scope="col" className="label number">
                Available
              </th>
              <th scope="col" className="label number">
                Committed
              </th>
              <th scope="col" className="label">
                Stock as of
              </th>
            </tr>
          </thead>
          <tbody>
            {skus.map((sku) => {
              const found = stockOf.get(sku.skuId);
              return (
                <tr key={sku.skuId}>
                  <td data-label="Variant" className="wide font-mono text-[0.85rem]">
                    <SkuName {...sku} />
                  </td>
                  <td data-label="Status">{formatWord(sku.status)}</td>
                  <td data-label="Price" className="number">
                    {sku.price === null ? 'not read' : formatAmount(sku.price)}
                  </td>
                  <td data-label="Available" className="number">
                    {found === undefined ? 'not read' : formatCount(found.available)}
                    <Warehouses of={found?.byWarehouse ?? []} />
                  </td>
                  <td data-label="Committed" className="number">
                    {found === undefined ? 'not read' : formatCount(found.committed)}
                  </td>
                  <td data-label="Stock as of" className="whitespace-nowrap">
                    <AsOf
                      stock={found}
                      readThrough={readThrough ?? undefined}
                      timezone={timezone}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface AsOfProps {
  readonly stock: ProductReply['stock'][number] | undefined;
  /** How far the stock of the shop has been read; undefined: never yet to its end. */
  readonly readThrough: string | undefined;
  readonly timezone: string;
}

/** A stock that has not changed for weeks is as new as the last reading. */
function AsOf({ stock, readThrough, timezone }: AsOfProps) {
  return stock === undefined ? (
    'not yet'
  ) : (
    <span>
      {readThrough === undefined ? 'not read to its end' : formatInstant(readThrough, timezone)}
      <span className="block text-[0.78rem] text-soft">
        changed {formatInstant(stock.at, timezone)}
      </span>
    </span>
  );
}

type SkuNameProps = Pick<ProductReply['skus'][number], 'skuId' | 'sellerSku'>;

/** The seller's own name of it first; the platform's number is what tells two of one name apart. */
export function SkuName({ skuId, sellerSku }: SkuNameProps) {
  return sellerSku === '' ? (
    <span>{skuId}</span>
  ) : (
    <span>
      {sellerSku}
      <span className="block text-[0.78rem] text-soft">{skuId}</span>
    </span>
  );
}

interface WarehousesProps {
  readonly of: ProductReply['stock'][number]['byWarehouse'];
}

/** One warehouse is the sum beside it already. */
function Warehouses({ of }: WarehousesProps) {
  return of.length < 2
    ? null
    : of.map(({ warehouseId, available }) => (
        <span key={warehouseId} className="block text-[0.78rem] text-soft">
          {formatCount(available)} in {warehouseId}
        </span>
      ));
}
