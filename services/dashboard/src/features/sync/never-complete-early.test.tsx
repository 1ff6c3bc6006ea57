import { RESOURCES } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { problemBody, serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { aShop, freshnessOf, stagesOf, unread } from './stages.test-support.ts';
import { SyncBanner } from './sync-banner.tsx';
import { SyncStages } from './sync-stages.tsx';

afterEach(cleanup);

// Of markup: the words of two elements would run into one in the text alone.
const COMPLETE = /\bcomplete\b/i;
const shop = aShop({ stages: stagesOf('done') });
const both = (
  <>
    <SyncBanner shop={shop} />
    <SyncStages shop={shop} stages={shop.sync.stages} />
  </>
);
type Answer = ReturnType<Parameters<typeof serve>[0][string]>;

/** Both as they are once analytics has answered. */
async function showWith(answer: Answer) {
  serve({ 'GET /freshness': () => answer });
  await show(both);
  const rows = () => screen.getAllByRole('listitem').map(({ textContent }) => textContent);
  return { rows };
}

describe('what the connector has read to the end', () => {
  it.each(RESOURCES)(
    'is not called complete while the last row of %s is on its way',
    async (late) => {
      const { rows } = await showWith({
        body: { items: freshnessOf({ [late]: { historyDone: false } }) },
      });
      await screen.findByText(/History has been read and is being counted: 12 rows\./);
      const open = rows().filter((text) => text.includes('12 rows read, being counted'));

      expect(open).toHaveLength(1);
      expect(open[0]).not.toMatch(COMPLETE);
      expect(rows().filter((text) => COMPLETE.test(text))).toHaveLength(RESOURCES.length - 1);
    },
  );

  it('is not called complete before analytics has anything', async () => {
    await showWith({
      body: {
        items: freshnessOf(
          Object.fromEntries(RESOURCES.map((resource) => [resource, { historyDone: false }])),
        ),
      },
    });
    await screen.findByText(/History has been read and is being counted/);

    expect(document.body.innerHTML).not.toMatch(COMPLETE);
    expect(screen.getAllByRole('progressbar')[0]?.getAttribute('aria-valuenow')).toBe('100');
  });

  it('is not called complete where analytics does not answer, and the banner says why', async () => {
    const { rows } = await showWith(problemBody(502, 'upstream.unavailable'));

    expect(await screen.findAllByText(/cannot be told at the moment/)).toHaveLength(2);
    expect(rows().every((text) => text.endsWith('12 rows read'))).toBe(true);
    expect(document.body.innerHTML).not.toMatch(COMPLETE);
  });

  it('is not called complete any more once analytics has stopped answering', async () => {
    const answers: Answer[] = [
      { body: { items: freshnessOf({ order: { historyDone: false } }) } },
      problemBody(502, 'upstream.unavailable'),
    ];
    const last = answers[1];
    serve({ 'GET /freshness': () => answers.shift() ?? last ?? {} });
    await show(both);
    await screen.findAllByText(/complete/);

    await screen.findAllByText(/cannot be told at the moment/, {}, { timeout: 10_000 });
    expect(document.body.innerHTML).not.toMatch(COMPLETE);
  });

  it('is called complete once all of it is in the figures, and the banner goes', async () => {
    const { rows } = await showWith({ body: { items: freshnessOf({ payment: unread(3) }) } });
    await screen.findAllByText(/complete/);

    expect(rows().filter((text) => text.endsWith('12 rows, complete'))).toHaveLength(6);
    expect(rows()).toContain('Payments12 rows, complete but for 3 records that could not be read');
    expect(screen.queryByText(/History|moment/)).toBeNull();
  });

  it('is asked for until it is complete', async () => {
    const late = { items: freshnessOf({ order: { historyDone: false } }) };
    const answers = [late, late];
    const seen = serve({
      'GET /freshness': () => ({ body: answers.shift() ?? { items: freshnessOf() } }),
    });
    await show(both);
    await waitFor(
      () => {
        expect(screen.queryAllByText('12 rows, complete')).toHaveLength(RESOURCES.length);
      },
      { timeout: 12_000 },
    );

    expect(answers).toEqual([]);
    expect(seen.every(({ query }) => query.get('shop') === shop.shopKey)).toBe(true);
  });
});
