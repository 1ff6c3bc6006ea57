import { GBP_MILLS } from '../money.ts';
import { Tally, type TalliedFigures } from '../tally.ts';
import { DAY_S, type Zone } from '../zone-time.ts';
import type { RetailIntake, RetailInvoice } from './retail-intake.ts';
import { linkCancellations, type RetailLink } from './retail-links.ts';

const WEEK_S = 7 * DAY_S;

export interface RetailExpected extends TalliedFigures {
  readonly shift_weeks: number;
  readonly first_order: string;
  readonly last_order: string;
  readonly unlinked_cancellation_lines: number;
}

/** The figures of the file's own rows; no order, row or page of the served shop is looked at. */
export function expectRetail(
  intake: RetailIntake,
  { weeks, zone, now }: { weeks: number; zone: Zone; now: number },
): RetailExpected {
  const shift = weeks * WEEK_S;
  const wallNow = zone.toWall(now) - shift;
  const { links, unlinked } = linkCancellations(intake.kept, intake.cancellations);
  const happened = Map.groupBy(
    links.filter(({ cancellation }) => cancellation.wall <= wallNow),
    ({ invoice }) => invoice,
  );
  const tally = new Tally(GBP_MILLS);
  for (const invoice of intake.kept) {
    addInvoice(tally, invoice, happened.get(invoice) ?? [], { shift, now });
    for (const { code, quantity, mills } of invoice.goods) {
      tally.addProduct(code, intake.titles.get(code) ?? '', {
        gross: quantity * mills,
        units: quantity,
      });
    }
  }
  const walls = intake.kept.map(({ wall }) => wall);
  return {
    ...tally.figures(),
    shift_weeks: weeks,
    first_order: wallText(walls.reduce((a, b) => Math.min(a, b)) + shift),
    last_order: wallText(walls.reduce((a, b) => Math.max(a, b)) + shift),
    unlinked_cancellation_lines: unlinked,
  };
}

function addInvoice(
  tally: Tally,
  invoice: RetailInvoice,
  links: readonly RetailLink[],
  { shift, now }: { shift: number; now: number },
): void {
  const gross = invoice.goods.reduce((sum, { quantity, mills }) => sum + quantity * mills, 0);
  const day = Math.floor((invoice.wall + shift) / DAY_S);
  tally.add(day, {
    gross_sales: gross,
    orders: 1,
    units: invoice.units,
    shipping_fee: invoice.shipping.reduce((sum, row) => sum + row.quantity * row.mills, 0),
  });
  const linked = links.reduce((sum, { quantity }) => sum + quantity, 0);
  const last = links.reduce((wall, link) => Math.max(wall, link.cancellation.wall), 0);
  if (linked === invoice.units && last - invoice.wall <= DAY_S) {
    tally.add(Math.floor((last + shift) / DAY_S), { cancelled_value: gross, cancelled_orders: 1 });
    return;
  }
  const settles = day + 10;
  if (settles * DAY_S <= now) {
    tally.add(settles, { settled_orders: 1 });
  }
  for (const { cancellation, quantity, sale } of links) {
    const statement = Math.max(settles, Math.floor((cancellation.wall + shift) / DAY_S) + 1);
    if (statement * DAY_S <= now) {
      tally.add(statement, { refunds_settled: quantity * sale.mills });
    }
  }
}

function wallText(wall: number): string {
  return new Date(wall * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
