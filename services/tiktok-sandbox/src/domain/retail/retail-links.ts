import type { PlacedRow, RetailInvoice } from './retail-intake.ts';

/** A cancellation line and the sale line that it takes back. */
export interface RetailLink {
  readonly invoice: RetailInvoice;
  readonly sale: PlacedRow;
  readonly cancellation: PlacedRow;
  readonly quantity: number;
}

interface Candidate {
  readonly invoice: RetailInvoice;
  readonly sale: PlacedRow;
  left: number;
}

/**
 * In order of time, then of file position, each cancellation line takes one sale line of the same
 * customer and code with enough units left: same price first, then the latest, then the file's first.
 */
export function linkCancellations(
  kept: readonly RetailInvoice[],
  cancellations: readonly PlacedRow[],
): { links: RetailLink[]; unlinked: number } {
  const candidates = new Map<string, Candidate[]>();
  for (const invoice of kept) {
    for (const sale of invoice.goods) {
      const key = `${sale.customer}\n${sale.code}`;
      const list = candidates.get(key) ?? [];
      list.push({ invoice, sale, left: sale.quantity });
      candidates.set(key, list);
    }
  }
  const links: RetailLink[] = [];
  for (const cancellation of [...cancellations].sort(
    (a, b) => a.wall - b.wall || a.index - b.index,
  )) {
    const quantity = -cancellation.quantity;
    const best = (candidates.get(`${cancellation.customer}\n${cancellation.code}`) ?? [])
      .filter(({ sale, left }) => sale.wall <= cancellation.wall && left >= quantity)
      .sort((a, b) => compareFits(cancellation.mills, a.sale, b.sale))[0];
    if (best !== undefined) {
      best.left -= quantity;
      links.push({ invoice: best.invoice, sale: best.sale, cancellation, quantity });
    }
  }
  return { links, unlinked: cancellations.length - links.length };
}

function compareFits(mills: number, a: PlacedRow, b: PlacedRow): number {
  return (
    Number(a.mills !== mills) - Number(b.mills !== mills) || b.wall - a.wall || a.index - b.index
  );
}
