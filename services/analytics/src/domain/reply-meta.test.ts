import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { aShopKey } from '@tokometrics/testkit';
import type { Completeness } from './completeness.ts';
import { createKnowledge } from './knowledge.ts';
import { freshnessOf, metaOf } from './reply-meta.ts';
import type { MetaParts } from './reply-meta.ts';

const NOW = 1_795_000_000;
/** Orders have just been read, everything else some while ago. */
const complete = new Map(
  RESOURCES.map((resource): [Resource, Completeness] => {
    const through = resource === 'order' ? NOW : NOW - 3_000;
    return [resource, { create: [], update: [{ from: 0, through }] }];
  }),
);
const knowledge = createKnowledge({ complete, gaps: [] }, NOW);
const parts: MetaParts = {
  ...{ shopKey: aShopKey(), compare: undefined, basis: 'activity', currency: null, knowledge },
  window: {
    ...{ from: '2026-11-17', to: '2026-11-18', fromS: NOW - 86_400, toS: NOW, open: true },
    ...{ grain: 'day', zone: 'Europe/London' },
  } as MetaParts['window'],
};

describe('what a reply says of its age', () => {
  it('is of what feeds figures, not of what no figure is made of', () => {
    const { freshness } = metaOf(parts);

    expect(freshness.map(({ resource }) => resource)).toEqual(['order', 'product', 'transaction']);
  });

  it('is of everything where that is asked', () => {
    expect(freshnessOf(knowledge).map(({ resource }) => resource)).toEqual([...RESOURCES]);
  });
});
