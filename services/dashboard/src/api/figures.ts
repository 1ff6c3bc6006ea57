import {
  orderDetail,
  ordersReply,
  overviewReply,
  productReply,
  productsReply,
  proofReply,
  todayReply,
} from '@tokometrics/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import type { QueryValues } from './client.ts';

/** Everything of one shop lies under one key, so that a notice about the shop reaches all of it. */
const keyOf = (query: QueryValues, kind: string) => ['shop', query['shop'], 'figures', kind, query];

interface OfShop {
  readonly meta: { readonly shopKey: string };
}

const isOf = (query: QueryValues, reply: OfShop | undefined): boolean =>
  reply?.meta.shopKey === query['shop'];

/** Other days of the same shop stay meanwhile; figures of another shop never stand under this one's name. */
const ofSameShop = <T extends OfShop>(query: QueryValues, previous: T | undefined) =>
  isOf(query, previous) ? previous : undefined;

export const overviewQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'overview'),
    queryFn: ({ signal }) => call(overviewReply, '/metrics/overview', { query, signal }),
    placeholderData: (previous) => ofSameShop(query, previous),
  });

export const todayQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'today'),
    queryFn: ({ signal }) => call(todayReply, '/metrics/today', { query, signal }),
    // An hour begins without any notice.
    refetchInterval: 60_000,
    placeholderData: (previous) => ofSameShop(query, previous),
  });

export const productsQuery = (query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, 'products'),
    queryFn: ({ signal }) => call(productsReply, '/metrics/products', { query, signal }),
    placeholderData: (previous) => ofSameShop(query, previous),
  });

export const productQuery = (productId: string, query: QueryValues) =>
  queryOptions({
    queryKey: keyOf(query, `product ${productId}`),
    queryFn: ({ signal }) =>
      call(productReply, `/metrics/products/${productId}`, { query, signal }),
    // Another product is no stand-in for this one either.
    placeholderData: (previous) =>
      previous?.productId === productId ? ofSameShop(query, previous) : undefined,
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
    placeholderData: (previous) => (isOf(query, previous?.pages[0]) ? previous : undefined),
  });

export const orderQuery = (shop: string, orderId: string) =>
  queryOptions({
    queryKey: ['shop', shop, 'figures', 'order', orderId],
    queryFn: ({ signal }) => call(orderDetail, `/orders/${orderId}`, { query: { shop }, signal }),
  });
