import {
  isCancellation,
  isGoods,
  isManual,
  isSale,
  isShipping,
  isShopLevel,
  type RetailRow,
} from './retail-row.ts';

const MAX_UNITS = 100;

export interface PlacedRow extends RetailRow {
  /** Place among all rows of its invoice, from 0. */
  readonly lineIndex: number;
}

export interface RetailInvoice {
  readonly number: string;
  readonly customer: string;
  readonly country: string;
  readonly wall: number;
  readonly units: number;
  readonly goods: readonly PlacedRow[];
  readonly shipping: readonly PlacedRow[];
  readonly manual: readonly PlacedRow[];
}

export interface RetailIntake {
  readonly rows: number;
  /** Invoices that are orders, in the file's order. */
  readonly kept: readonly RetailInvoice[];
  readonly cancellations: readonly PlacedRow[];
  readonly shopLevel: readonly PlacedRow[];
  readonly titles: ReadonlyMap<string, string>;
}

interface Draft {
  rows: number;
  units: number;
  wall: number;
  goods: PlacedRow[];
  shipping: PlacedRow[];
  manual: PlacedRow[];
  customer: string;
  country: string;
}

/** Takes the file's rows one by one and keeps only those that the shop is made of. */
export class RetailReader {
  readonly #drafts = new Map<string, Draft>();
  readonly #cancellations: PlacedRow[] = [];
  readonly #shopLevel: PlacedRow[] = [];
  readonly #titles = new Map<string, Map<string, number>>();
  #rows = 0;

  add(row: RetailRow): void {
    this.#rows += 1;
    const draft = this.#draftOf(row);
    const placed = { ...row, lineIndex: draft.rows };
    draft.rows += 1;
    if (isShopLevel(row) && row.mills * row.quantity !== 0) {
      this.#shopLevel.push(placed);
    }
    if (isCancellation(row)) {
      if (row.quantity < 0 && isGoods(row) && row.customer !== '') {
        this.#cancellations.push(placed);
      }
    } else if (isSale(row)) {
      this.#addSale(draft, placed);
    }
  }

  finish(): RetailIntake {
    const kept = [...this.#drafts].flatMap(([number, draft]) =>
      draft.units >= 1 && draft.units <= MAX_UNITS ? [{ ...draft, number }] : [],
    );
    return {
      rows: this.#rows,
      kept,
      cancellations: this.#cancellations,
      shopLevel: this.#shopLevel,
      titles: new Map([...this.#titles].map(([code, counts]) => [code, mostFrequent(counts)])),
    };
  }

  #draftOf(row: RetailRow): Draft {
    let draft = this.#drafts.get(row.invoice);
    if (draft === undefined) {
      draft = {
        rows: 0,
        units: 0,
        wall: Number.POSITIVE_INFINITY,
        goods: [],
        shipping: [],
        manual: [],
        customer: row.customer,
        country: row.country,
      };
      this.#drafts.set(row.invoice, draft);
    }
    return draft;
  }

  #addSale(draft: Draft, row: PlacedRow): void {
    draft.wall = Math.min(draft.wall, row.wall);
    if (row.title !== '') {
      const counts = this.#titles.get(row.code) ?? new Map<string, number>();
      counts.set(row.title, (counts.get(row.title) ?? 0) + 1);
      this.#titles.set(row.code, counts);
    }
    if (isGoods(row)) {
      draft.units += row.quantity;
      draft.goods.push(row);
    } else if (isShipping(row)) {
      draft.shipping.push(row);
    } else if (isManual(row)) {
      draft.manual.push(row);
    }
    if (draft.units > MAX_UNITS) {
      // Never an order any more: its lines need not be held.
      draft.goods = [];
      draft.shipping = [];
      draft.manual = [];
    }
  }
}

function mostFrequent(counts: ReadonlyMap<string, number>): string {
  let best = '';
  let most = 0;
  for (const [title, count] of counts) {
    if (count > most || (count === most && title < best)) {
      best = title;
      most = count;
    }
  }
  return best;
}
