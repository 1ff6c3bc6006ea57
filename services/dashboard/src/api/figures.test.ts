import type { ProductReply } from '@tokometrics/contracts';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it } from '@jest/globals';
import { productQuery } from './figures.ts';
import { serve } from './server.test-support.ts';

const [SHOP, OTHER_SHOP] = ['01KAV5Z0000000000000000001', '01KAV5Z0000000000000000002'];
const WEEK = { shop: SHOP, range: '7d' };

describe('productQuery', () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  afterEach(() => client.clear());

  it.each([
    ['shows', 'the same product over other days', '1', { ...WEEK, range: '28d' }, true],
    ['hides', 'another product', '2', WEEK, false],
    ['hides', 'another shop', '1', { ...WEEK, shop: OTHER_SHOP }, false],
  ])('%s what was there while it asks for %s', (_, _what, productId, query, isShown) => {
    serve({});
    const week = productQuery('1', WEEK);
    const reply = { productId: '1', meta: { shopKey: SHOP } } as ProductReply;
    client.setQueryData(week.queryKey, reply);
    const observer = new QueryObserver(client, week);
    const stop = observer.subscribe(() => undefined);

    observer.setOptions(productQuery(productId, query));

    const { data, isPlaceholderData } = observer.getCurrentResult();
    expect([data?.productId, isPlaceholderData]).toEqual(
      isShown ? ['1', true] : [undefined, false],
    );
    stop();
  });
});
