import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { problemBody, serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { aShop, aStage, freshnessOf, stagesOf, unread } from '../sync/stages.test-support.ts';
import type { Stage } from '../sync/standing.ts';
import { NoProduct } from './no-product.tsx';

afterEach(cleanup);

type Answer = ReturnType<Parameters<typeof serve>[0][string]>;
const whole: Answer = { body: { items: freshnessOf() } };

/** Heading and text, once everything that is asked has been answered. */
async function saidOf(stages: readonly Stage[], answer = whole): Promise<string[]> {
  serve({ 'GET /freshness': () => answer });
  await show(<NoProduct shop={aShop({ stages })} />);
  const heading = await screen.findByRole('heading');
  return [heading.textContent, screen.getByRole('paragraph').textContent];
}

describe('NoProduct', () => {
  it.each([
    ['orders are read', stagesOf('done', { order: 'running' })],
    ['products wait for their turn', stagesOf('done', { product: 'waiting' })],
    ['orders stand still', stagesOf('done', { order: 'paused' })],
    ['products have failed', stagesOf('done', { product: 'failed' })],
    ['nothing is known of its orders', [aStage('product', 'done')]],
  ])('says that it is not read yet while %s', async (_, stages) => {
    expect((await saidOf(stages))[0]).toBe('This product has not been read yet');
  });

  it.each(['order', 'product'] as const)(
    'says that it is not in the figures yet while the last row of %s is on its way',
    async (late) => {
      const items = freshnessOf({ [late]: { historyDone: false } });
      const [title, text] = await saidOf(stagesOf('done'), { body: { items } });

      expect(title).toBe('This product is not in the figures yet');
      expect(text).toMatch(/are being counted/);
    },
  );

  it('does not say that there is none where analytics cannot be asked', async () => {
    const [title, text] = await saidOf(stagesOf('done'), problemBody(502, 'upstream.unavailable'));

    expect(title).toBe('This product was not found');
    expect(text).toMatch(/cannot be told at the moment/);
  });

  it('does not say that there is none where it may be in what could not be read', async () => {
    const items = freshnessOf({ order: unread(2), product: unread(1), statement: unread(9) });
    const [title, text] = await saidOf(stagesOf('done'), { body: { items } });

    expect(title).toBe('This product was not found');
    expect(text).toMatch(/products and orders, 3 could not be read/);
  });

  it('says that there is none where all that would tell of it is in the figures', async () => {
    const items = freshnessOf({ statement: { historyDone: false } });
    const [title] = await saidOf(stagesOf('done', { payment: 'running' }), { body: { items } });

    expect(title).toBe('This shop has no such product');
  });
});
