import { createHash } from 'node:crypto';
import type { SellerKey, ShopKey } from './shop.ts';

export interface Seller {
  readonly key: SellerKey;
  readonly label: string;
  readonly baseRegion: 'GB' | 'ID';
  readonly openId: string;
  readonly shops: readonly ShopKey[];
}

export const SELLERS: Readonly<Record<SellerKey, Seller>> = {
  retail: {
    key: 'retail',
    label: 'Online Retail (real invoices, UCI data set 352)',
    baseRegion: 'GB',
    openId: 'c2FuZGJveC1yZXRhaWwtb3Blbi1pZA_352',
    shops: ['retail'],
  },
  synthetic: {
    key: 'synthetic',
    label: 'Toko Sintetis and Synthetic Supply (synthetic data)',
    baseRegion: 'ID',
    openId: 'c2FuZGJveC1zeW50aGV0aWMtb3BlbmlkA_062',
    shops: ['id', 'us'],
  },
};

const PREFIXES: Readonly<Record<string, string>> = { US: 'TTP', GB: 'GCP' };

/** The data centre that TikTok writes before codes, tokens and ciphers. */
export function centreOf(region: string): string {
  return PREFIXES[region] ?? 'ROW';
}

/** Fixed for a shop, so that a client may keep it. */
export function cipherOf(shopId: string, region: string): string {
  const digest = createHash('sha256').update(`tiktok-sandbox cipher ${shopId}`).digest('base64url');
  return `${centreOf(region)}_${digest.slice(0, 32)}`;
}
