import {
  disconnectReply,
  holdings,
  privacyRequest,
  privacyRequestList,
} from '@tokometrics/contracts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export const holdingsQuery = queryOptions({
  queryKey: ['privacy', 'holdings'],
  queryFn: ({ signal }) => call(holdings, '/privacy/holdings', { signal }),
});

export const requestsQuery = queryOptions({
  queryKey: ['privacy', 'requests'],
  queryFn: async ({ signal }) =>
    (await call(privacyRequestList, '/privacy/requests', { signal })).items,
});

export const requestQuery = (requestId: string) =>
  queryOptions({
    queryKey: ['privacy', 'request', requestId],
    queryFn: ({ signal }) => call(privacyRequest, `/privacy/requests/${requestId}`, { signal }),
    // Notices speed it up; the clock makes sure.
    refetchInterval: ({ state }) => (state.data?.state === 'COMPLETED' ? false : 2_000),
  });

export const disconnectShop = (shopKey: string, { endGrant }: { readonly endGrant: boolean }) =>
  call(disconnectReply, `/shops/${shopKey}/connection${endGrant ? '?endGrant=true' : ''}`, {
    method: 'DELETE',
  });

/** Links, not calls: a browser saves the bytes as they were signed. */
export const receiptAddress = (requestId: string) =>
  `/api/v1/privacy/requests/${requestId}/receipt`;
export const KEYS_ADDRESS = '/api/v1/privacy/keys';
