import type { Basis, Resource } from '@tokometrics/contracts';
import { DICTIONARY, isoInstant, RESOURCES } from '@tokometrics/contracts';
import type { Knowledge, Unread } from './knowledge.ts';
import type { QueryWindow } from './query-window.ts';

const maybeInstant = (epochS: number | null): string | null =>
  epochS === null ? null : isoInstant(epochS);

/** How far some resources have been read, and what is missing of them. */
export function freshnessOf(knowledge: Knowledge, resources: readonly Resource[] = RESOURCES) {
  return knowledge.watermarks
    .filter(({ resource }) => resources.includes(resource))
    .map(({ resource, completeThrough, historyFrom, historyDone }) => ({
      resource,
      completeThrough: maybeInstant(completeThrough),
      historyFrom: maybeInstant(historyFrom),
      historyDone,
      stale: knowledge.isResourceStale(resource),
      unread: unreadReply(knowledge.unreadOf(resource)),
    }));
}

function unreadReply(unread: Unread | undefined) {
  return unread === undefined
    ? null
    : {
        records: unread.records,
        from: unread.fromS === 0 ? null : isoInstant(unread.fromS),
        through: isoInstant(unread.throughS),
      };
}

/** A page is as old as the oldest of these, and no older because estimates are read once an hour. */
const FEEDING_FIGURES: readonly Resource[] = [
  ...Object.values(DICTIONARY).flatMap(({ resources }) => resources),
  'product',
];

export interface MetaParts {
  readonly shopKey: string;
  readonly window: QueryWindow;
  readonly compare: { readonly from: string; readonly to: string } | undefined;
  readonly basis: Basis;
  readonly currency: string | null;
  readonly knowledge: Knowledge;
}

export function metaOf({ shopKey, window, compare, basis, currency, knowledge }: MetaParts) {
  return {
    shopKey,
    window: {
      from: window.from,
      to: window.to,
      fromInstant: isoInstant(window.fromS),
      toInstant: isoInstant(window.toS),
      open: window.open,
    },
    compare: compare === undefined ? null : { from: compare.from, to: compare.to },
    grain: window.grain,
    basis,
    timezone: window.zone,
    currency,
    freshness: freshnessOf(knowledge, FEEDING_FIGURES),
    demo: false as const,
  };
}
