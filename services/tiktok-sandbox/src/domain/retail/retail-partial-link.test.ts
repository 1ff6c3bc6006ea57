import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRetailFile } from '../../adapters/csv-retail-file.ts';
import { rowAmountsAt, type RowAmounts } from '../ledger.ts';
import { statusAt, updateTimeAt } from '../order.ts';
import { createZone } from '../zone-time.ts';
import { createRetailShop } from './retail-shop.ts';

const CSV = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
600001,10001,ONE,2,2011-01-10 10:00:00,1.50,12345.0,United Kingdom
600001,10002,TWO,1,2011-01-10 10:00:00,0.001,12345.0,United Kingdom
C600002,10001,ONE,-2,2011-01-10 11:00:00,1.50,12345.0,United Kingdom
C600003,10002,TWO,-1,2011-01-10 12:00:00,0.001,12345.0,United Kingdom
A600004,AMAZONFEE,FEE,1,2011-01-10 13:00:00,-9.00,,United Kingdom
`;
const at = (hour: number): number => Date.UTC(2011, 0, 10, hour) / 1000;

describe('an order that is cancelled in two steps', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'retail-')), 'file.csv');
  writeFileSync(path, CSV);
  const { intake } = readRetailFile(path);
  const { orders, finance } = createRetailShop(intake, 0, createZone('Europe/London')).book(at(20));
  const [order] = orders;
  const estimates = (now: number): RowAmounts[] =>
    finance.rows.flatMap((row) => (row.kind === 'order' ? (rowAmountsAt(row, now) ?? []) : []));

  it('is partly refunded between them, and its estimate shrinks and then vanishes', () => {
    const seen = [10, 11, 12].map((hour) => ({
      status: order === undefined ? '' : statusAt(order, at(hour)),
      moved: order !== undefined && updateTimeAt(order, at(hour)) === at(hour),
      revenue: estimates(at(hour)).map(({ revenue }) => revenue),
    }));

    expect(seen).toEqual([
      { status: 'AWAITING_SHIPMENT', moved: true, revenue: [3_001] },
      { status: 'AWAITING_SHIPMENT', moved: true, revenue: [1] },
      { status: 'CANCELLED', moved: true, revenue: [] },
    ]);
  });

  it('stands beside a fee that has not happened before its time', () => {
    const fee = finance.rows.find((row) => row.kind === 'adjustment');
    const amounts = [at(13) - 1, at(13)].map((now) =>
      fee === undefined ? null : rowAmountsAt(fee, now)?.settlement,
    );

    expect(amounts).toEqual([undefined, -9_000]);
  });
});
