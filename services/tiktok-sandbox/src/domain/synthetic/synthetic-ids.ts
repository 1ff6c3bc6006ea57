import { compactDate } from '../zone-time.ts';

/** The `062` in all of them says: the synthetic Indonesian shop. */
export const SYNTHETIC_WAREHOUSE = '7068062000000000001';

export function syntheticOrderId(day: number, sequence: number): string {
  return `576062${compactDate(day).slice(2)}${String(sequence).padStart(6, '0')}`;
}

export function syntheticUnitPrefix(day: number, sequence: number, line: number): string {
  return `577${String(day)}${String(sequence).padStart(4, '0')}${String(line).padStart(2, '0')}`;
}

export function syntheticProductId(product: number): string {
  return `1729062000000${String(product).padStart(4, '0')}00`;
}

export function syntheticSkuId(product: number, sku: number): string {
  return `1729062000000${String(product).padStart(4, '0')}${String(sku).padStart(2, '0')}`;
}

export function syntheticRowId(orderId: string, statementDay: number): string {
  return `6959${orderId.slice(6, 12)}${orderId.slice(-4)}${String(statementDay)}`;
}
