import type { OrderDetail } from '@tokometrics/contracts';
import { formatAmount, formatCount, formatWord } from '../../ui/format.ts';
import { ProductLink } from '../products/product-link.tsx';

export function OrderLines({ lines }: { readonly lines: OrderDetail['lines'] }) {
  return (
    <section aria-labelledby="lines" className="sheet overflow-hidden">
      <h2 id="lines" className="px-5 py-4 text-[1.15rem]">
        Lines
      </h2>
      <table className="ledger border-t border-rule">
        <thead>
          <tr>
            <th scope="col" className="label">
              Product
            </th>
            <th scope="col" className="label">
              Status
            </th>
            <th scope="col" className="label number">
              Quantity
            </th>
            <th scope="col" className="label number">
              List price each
            </th>
            <th scope="col" className="label number">
              Seller discount each
            </th>
            <th scope="col" className="label number">
              Platform discount each
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <tr key={index}>
              <td data-label="Product" className="md:max-w-[24rem]">
                <span>
                  <ProductLink productId={line.productId}>{line.title}</ProductLink>
                  {line.isGift ? ' (gift)' : ''}
                  <span className="block font-mono text-[0.78rem] text-soft">
                    {line.sellerSku === '' ? line.skuId : line.sellerSku}
                  </span>
                </span>
              </td>
              <td data-label="Status">{formatWord(line.status)}</td>
              <td data-label="Quantity" className="number">
                {formatCount(line.quantity)}
              </td>
              <td data-label="List price each" className="number">
                {formatAmount(line.originalPrice)}
              </td>
              <td data-label="Seller discount each" className="number">
                {formatAmount(line.sellerDiscount)}
              </td>
              <td data-label="Platform discount each" className="number">
                {formatAmount(line.platformDiscount)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
