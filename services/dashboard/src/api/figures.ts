import {
  orderDetail,
  ordersReply,
  overviewReply,
  productReply,
  productsReply,
  proofReply,
  todayReply,
} from '@tokometrics/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import type { QueryValues } from './client.ts';

/** Everything of one shop lies under one key, so that a notice about the shop reaches all of it. */
const keyOf = (query: QueryValues, kind: string) => ['shop', query['shop'], 'figures', kind, query];

export const overviewQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'overview'),
    queryFn: ({ signal }) => call(overviewReply, '/metrics/overview', { query, signal }),
    placeholderData: keepPreviousData,
  });

export const todayQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'today'),
    queryFn: ({ signal }) => call(todayReply, '/metrics/today', { query, signal }),
    // An hour begins without any notice.
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });

export const productsQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'products'),
    queryFn: ({ signal }) => call(productsReply, '/metrics/products', { query, signal }),
    placeholderData: keepPreviousData,
  });

export const productQuery = (productId: string, query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, `product ${productId}`),
    queryFn: ({ signal }) =>
      call(productReply, `/metrics/products/${productId}`, { query, signal }),
    // Other days of the same product stay meanwhile; another product or shop is no stand-in for this one.
    placeholderData: (previous) =>
      previous?.productId === productId && previous.meta.shopKey === query['shop']
        ? previous
        : undefined,
  });

export const proofQuery = (query: QueryValues) =>
  infiniteQueryOptions({
    queryKey: keyOf(query, 'proof'),
    queryFn: ({ signal, pageParam }) =>
      call(proofReply, '/metrics/proof', { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const ordersQuery = (query: QueryValues) =>
  infiniteQueryOptions({
    queryKey: keyOf(query, 'orders'),
    queryFn: ({ signal, pageParam }) =>
      call(ordersReply, '/orders', { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });

export const orderQuery = (shop: string, orderId: string) =>
  queryOptions({
    queryKey: ['shop', shop, 'figures', 'order', orderId],
    queryFn: ({ signal }) => call(orderDetail, `/orders/${orderId}`, { query: { shop }, signal }),
  });
