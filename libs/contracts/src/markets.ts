/** Region defaults: currency, digits shown, and the zone that the merchant confirms. Settings, not facts. */
export interface Market {
  readonly region: string;
  readonly currency: string;
  readonly digits: number;
  readonly zone: string | null;
}

const rows: readonly (readonly [string, string, number, string | null])[] = [
  ['ID', 'IDR', 0, 'Asia/Jakarta'],
  ['VN', 'VND', 0, 'Asia/Ho_Chi_Minh'],
  ['TH', 'THB', 2, 'Asia/Bangkok'],
  ['MY', 'MYR', 2, 'Asia/Kuala_Lumpur'],
  ['PH', 'PHP', 2, 'Asia/Manila'],
  ['SG', 'SGD', 2, 'Asia/Singapore'],
  ['JP', 'JPY', 0, 'Asia/Tokyo'],
  ['GB', 'GBP', 2, 'Europe/London'],
  ['IE', 'EUR', 2, 'Europe/Dublin'],
  ['DE', 'EUR', 2, 'Europe/Berlin'],
  ['FR', 'EUR', 2, 'Europe/Paris'],
  ['ES', 'EUR', 2, 'Europe/Madrid'],
  ['IT', 'EUR', 2, 'Europe/Rome'],
  ['US', 'USD', 2, null],
  ['BR', 'BRL', 2, 'America/Sao_Paulo'],
  ['MX', 'MXN', 2, 'America/Mexico_City'],
];

export const MARKETS: readonly Market[] = rows.map(([region, currency, digits, zone]) => ({
  region,
  currency,
  digits,
  zone,
}));

export function marketOf(region: string): Market | undefined {
  return MARKETS.find((market) => market.region === region);
}

/** Digits shown for a currency; 2 where no market of ours uses it. */
export function currencyDigits(currency: string): number {
  return MARKETS.find((market) => market.currency === currency)?.digits ?? 2;
}
