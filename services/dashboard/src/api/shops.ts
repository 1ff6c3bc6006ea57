import { connectReply, connectResult, shopList, syncStatus } from '@tokometrics/contracts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export const shopsQuery = queryOptions({
  queryKey: ['shops'],
  queryFn: async ({ signal }) => (await call(shopList, '/shops', { signal })).items,
  staleTime: 15_000,
});

export const syncQuery = (shopKey: string) =>
  queryOptions({
    queryKey: ['shop', shopKey, 'sync'],
    queryFn: ({ signal }) => call(syncStatus, `/shops/${shopKey}/sync`, { signal }),
  });

export const connectResultQuery = (connectId: string) =>
  queryOptions({
    queryKey: ['connect', connectId],
    queryFn: ({ signal }) => call(connectResult, `/shops/connect/${connectId}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'pending' ? 1_500 : false),
  });

export const beginConnect = (body: { region: string; timezone: string }) =>
  call(connectReply, '/shops/connect', { method: 'POST', body });
