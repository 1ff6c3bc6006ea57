import type { QueryKey, QueryObserverOptions } from '@tanstack/react-query';
import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { QueryValues } from './client.ts';
import { ordersQuery, overviewQuery, productQuery, productsQuery, todayQuery } from './figures.ts';
import { serve } from './server.test-support.ts';

const [SHOP, OTHER_SHOP] = ['01KAV5Z0000000000000000001', '01KAV5Z0000000000000000002'];
const WEEK = { shop: SHOP, range: '7d' };
const MONTH = { ...WEEK, range: '28d' };
const REPLY = { productId: '1', meta: { shopKey: SHOP } };
const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });

type Options = Pick<QueryObserverOptions, 'queryFn' | 'placeholderData'> & {
  readonly queryKey: QueryKey;
};
const ofProduct = (productId: string) => (query: QueryValues) => productQuery(productId, query);
const QUERIES: Readonly<Record<string, (query: QueryValues) => unknown>> = {
  overview: overviewQuery,
  today: todayQuery,
  products: productsQuery,
  product: ofProduct('1'),
  orders: ordersQuery,
};

/** What a page shows while it asks for `next`, having shown the answer to `first`. */
function shownMeanwhile(first: unknown, next: unknown, isPaged: boolean) {
  serve({});
  const [before, after] = [first as Options, next as Options];
  client.setQueryData(
    before.queryKey,
    isPaged ? { pages: [REPLY, REPLY], pageParams: ['', 'next'] } : REPLY,
  );
  const observer = isPaged
    ? new InfiniteQueryObserver(client, before as never)
    : new QueryObserver(client, before);
  const stop = observer.subscribe(() => undefined);
  observer.setOptions(after as never);
  const { data, isPlaceholderData } = observer.getCurrentResult();
  stop();
  return { isShown: data !== undefined, isPlaceholderData };
}

afterEach(() => client.clear());

describe.each(Object.entries(QUERIES))('the query of %s', (name, queryOf) => {
  it.each([
    ['shows', 'other days of the shop', MONTH, true],
    ['hides', 'another shop', { ...WEEK, shop: OTHER_SHOP }, false],
    ['hides', 'other days of another shop', { ...MONTH, shop: OTHER_SHOP }, false],
  ])('%s what was there while it asks for %s', (_, _what, query, isShown) => {
    expect(shownMeanwhile(queryOf(WEEK), queryOf(query), name === 'orders')).toEqual({
      isShown,
      isPlaceholderData: isShown,
    });
  });
});

describe('productQuery', () => {
  it('hides what was there while it asks for another product', () => {
    expect(shownMeanwhile(ofProduct('1')(WEEK), ofProduct('2')(WEEK), false).isShown).toBe(false);
  });
});
