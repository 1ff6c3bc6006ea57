import type { Route } from '@tokometrics/kit';
import type { DisconnectDeps } from '../domain/disconnect-shop.ts';
import { deleteShopConnection } from './delete-shop-connection.ts';
import { getHoldings } from './get-holdings.ts';
import type { HoldingsDeps } from './get-holdings.ts';
import { getKeys } from './get-keys.ts';
import type { KeysDeps } from './get-keys.ts';
import { getPolicy } from './get-policy.ts';
import { getReceipt, getReceipts, getRequest, getRequests } from './get-requests.ts';
import type { RequestReaderDeps } from './get-requests.ts';

export interface RouteDeps {
  readonly disconnect: DisconnectDeps;
  readonly requests: RequestReaderDeps;
  readonly holdings: HoldingsDeps;
  readonly keys: KeysDeps;
}

export function routes(deps: RouteDeps): Route[] {
  return [
    deleteShopConnection(deps.disconnect),
    getHoldings(deps.holdings),
    getRequests(deps.requests),
    getRequest(deps.requests),
    getReceipt(deps.requests),
    getReceipts(deps.requests),
    getKeys(deps.keys),
    getPolicy(),
  ];
}
