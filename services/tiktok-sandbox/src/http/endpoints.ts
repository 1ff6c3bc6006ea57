import type { Endpoint } from './api-call.ts';
import { getAuthorizedShops } from './endpoints/get-authorized-shops.ts';
import { getOrders } from './endpoints/get-orders.ts';
import { getSellerShops } from './endpoints/get-seller-shops.ts';
import { searchOrders } from './endpoints/search-orders.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  getAuthorizedShops,
  getSellerShops,
  searchOrders,
  getOrders,
];
