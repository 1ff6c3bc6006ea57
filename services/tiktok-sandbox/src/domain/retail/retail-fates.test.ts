import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { RetailReader } from './retail-intake.ts';
import { linkCancellations } from './retail-links.ts';
import { readHeader, readRow, type RetailRow } from './retail-row.ts';

const SHIPPING = new Set(['POST', 'DOT', 'C2', 'C3']);
const SHOP_LEVEL = new Set(['AMAZONFEE', 'BANK CHARGES', 'CRUK', 'S', 'B', 'D']);
const isGoods = (code: string): boolean => /^(?:\d{5}|DCGS|GIFT_)/.test(code);

function readRows(name: string): RetailRow[] {
  const packed = readFileSync(new URL(`../../../data/${name}`, import.meta.url));
  const bytes = name.endsWith('.br') ? brotliDecompressSync(packed) : gunzipSync(packed);
  const [header = [], ...records] = parse(bytes, { relax_column_count: true });
  const columns = readHeader(header);
  return records.map((record, index) => readRow(columns, record, index));
}

/** Each row's one fate, told by rules of its own and by what the shop made of it. */
function fatesOf(rows: readonly RetailRow[]): Record<string, [number, number, number]> {
  const reader = new RetailReader();
  rows.forEach((row) => {
    reader.add(row);
  });
  const intake = reader.finish();
  const kept = new Map(intake.kept.map((invoice) => [invoice.number, invoice]));
  const linked = new Map(
    linkCancellations(intake.kept, intake.cancellations).links.map((link) => [
      link.cancellation.index,
      link,
    ]),
  );
  const goodsUnits = new Map<string, number>();
  for (const row of rows) {
    const isSold = row.quantity > 0 && row.mills > 0 && isGoods(row.code);
    if (isSold && !/^[CA]/i.test(row.invoice)) {
      goodsUnits.set(row.invoice, (goodsUnits.get(row.invoice) ?? 0) + row.quantity);
    }
  }
  const fateOf = (row: RetailRow): string => {
    const { code, invoice } = row;
    if (SHOP_LEVEL.has(code) && row.quantity * row.mills !== 0) {
      return 'shop level';
    }
    if (invoice.startsWith('C')) {
      const link = linked.get(row.index);
      if (link === undefined) {
        return 'not linked';
      }
      const all = [...linked.values()].filter((other) => other.invoice === link.invoice);
      const units = all.reduce((sum, { quantity }) => sum + quantity, 0);
      const last = Math.max(...all.map(({ cancellation }) => cancellation.wall));
      const isWhole = units === link.invoice.units && last - link.invoice.wall <= 86_400;
      return isWhole ? 'cancelled' : 'refund';
    }
    if (!kept.has(invoice)) {
      return (goodsUnits.get(invoice) ?? 0) > 100 ? 'above 100 units' : 'without goods';
    }
    if (row.quantity <= 0 || row.mills <= 0) {
      return 'price 0 or PADS';
    }
    if (isGoods(code)) {
      return 'goods';
    }
    return SHIPPING.has(code) ? 'shipping' : code === 'M' ? 'manual' : 'price 0 or PADS';
  };
  const sums: Record<string, [number, number, number]> = {};
  for (const row of rows) {
    const sum = (sums[fateOf(row)] ??= [0, 0, 0]);
    sum[0] += 1;
    sum[1] += row.quantity;
    sum[2] += row.quantity * row.mills;
  }
  return sums;
}

describe('every row of the file has one fate (TK1)', () => {
  it('in the week', () => {
    const rows = readRows('online_retail_week_2010-12-01_07.csv.gz');

    expect(fatesOf(rows)).toEqual({
      goods: [2_967, 12_912, 35_744_010],
      shipping: [10, 14, 372_060],
      manual: [6, 12, 56_120],
      'price 0 or PADS': [1, 1, 0],
      cancelled: [5, -88, -318_400],
      refund: [10, -49, -270_450],
      'shop level': [14, -10, -39_726_200],
      'not linked': [156, -11_071, -5_238_630],
      'above 100 units': [13_691, 124_972, 289_223_380],
      'without goods': [125, -1_217, 924_590],
    });
  });

  it('in the year', () => {
    const rows = readRows('online_retail.csv.br');

    expect(rows).toHaveLength(541_909);
    expect(fatesOf(rows)).toEqual({
      goods: [73_716, 337_665, 1_008_575_130],
      shipping: [477, 614, 31_770_370],
      manual: [62, 300, 435_720],
      'price 0 or PADS': [16, 87, 1],
      cancelled: [136, -1_113, -3_400_390],
      refund: [1_408, -5_596, -22_393_190],
      'shop level': [230, -1_309, -256_437_239],
      'not linked': [7_533, -269_537, -611_654_590],
      'above 100 units': [455_688, 5_248_737, 9_511_304_662],
      'without goods': [2_643, -133_398, 89_547_460],
    });
  });
});
