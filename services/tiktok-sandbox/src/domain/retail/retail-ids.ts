import { fnv1a32 } from '../hash.ts';
import { compactDate } from '../zone-time.ts';

/** Reversible ids of the retail shop; all are above 2^53, so that number parsing shows. */
export const RETAIL_WAREHOUSE = '7068352000000000001';

export function orderId(invoice: string): string {
  return `576352000000${invoice.padStart(6, '0')}`;
}

export function unitIdPrefix(invoice: string, lineIndex: number): string {
  return `577${invoice.padStart(6, '0')}${String(lineIndex).padStart(4, '0')}`;
}

const PLAIN_CODE = /^(\d{5})([A-Z]{0,4})$/;

export function productIds(code: string): { productId: string; skuId: string } {
  const plain = PLAIN_CODE.exec(code);
  const body =
    plain === null
      ? `000${String(fnv1a32(code)).padStart(10, '0')}`
      : (plain[1] ?? '') + lettersAsDigits(plain[2] ?? '').padEnd(8, '0');
  return { productId: `1729${body}00`, skuId: `1729${body}01` };
}

function lettersAsDigits(letters: string): string {
  return [...letters].map((letter) => String(letter.charCodeAt(0) - 64).padStart(2, '0')).join('');
}

export function orderRowId(invoice: string, day: number): string {
  return `6959${invoice.padStart(6, '0')}${compactDate(day)}0`;
}

export function adjustmentId(rowIndex: number): string {
  return `3459352000${String(rowIndex).padStart(9, '0')}`;
}
