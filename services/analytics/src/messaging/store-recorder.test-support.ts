import { expect } from '@jest/globals';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import { createFactValidators } from '../adapters/fact-validators.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { NO_PATIENCE } from '../domain/pass-lane.ts';
import type { Patience } from '../domain/pass-lane.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';

const validators = createFactValidators();
export const tenant = () => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });

export const NOBODY: ReadonlySet<string> = new Set();

const FOLLOWED: Patience = { longestMs: 6_000, nextMs: 6_000 };

/**
 * What a chunk does to the stores, step by step; with scopes that are closed before the write, and those
 * that close during it.
 */
export function createRecorder(closedAtWrite = NOBODY, closedMeanwhile = NOBODY) {
  const steps: string[] = [];
  const counts: ChunkCounts[] = [];
  const written: string[] = [];
  return {
    steps,
    counts,
    written,
    deps: {
      guardedChunk: async (
        scopes: readonly { shopKey: string; epoch: number }[],
        write: (open: readonly { shopKey: string; epoch: number }[]) => Promise<void>,
      ) => {
        const open = scopes.filter(({ shopKey }) => !closedAtWrite.has(shopKey));
        if (open.length > 0) {
          await write(open);
        }
        const closed = new Set([...closedAtWrite, ...closedMeanwhile]);
        return { fenced: scopes.filter(({ shopKey }) => closed.has(shopKey)) };
      },
      insert: (table: string, lines: readonly string[]) => {
        steps.push(`insert ${table}`);
        written.push(...lines);
        return Promise.resolve();
      },
      patience: { followed: FOLLOWED, alone: NO_PATIENCE },
      reroll: (_dirty: unknown, patience: Patience) => {
        steps.push(patience === FOLLOWED ? 'reroll with the next' : 'reroll');
        expect([NO_PATIENCE, FOLLOWED]).toContain(patience);
        return Promise.resolve();
      },
      raiseRevision: (scopes: readonly unknown[]) => {
        steps.push(`revision ${String(scopes.length)}`);
        return Promise.resolve([]);
      },
      closeGaps: () => Promise.reject(new Error('nothing was missing')),
      noteChunk: (noted: readonly ChunkCounts[]) => {
        counts.push(...noted);
        return Promise.resolve();
      },
      complete: (markers: readonly unknown[]) => {
        steps.push(`complete ${String(markers.length)}`);
        return Promise.resolve();
      },
      invalidate: () => undefined,
    },
  };
}

/** A chunk from its records to its end. */
export const store = async (
  recorder: ReturnType<typeof createRecorder>,
  messages: readonly InMessage[],
  isFenced: (shopKey: string) => boolean = () => false,
  whenBefore: Promise<undefined> = Promise.resolve(undefined),
  isFollowed = false,
) => {
  const { parked, finish } = await storeChunk(
    recorder.deps,
    await prepareChunk({ isFenced, validators, cutoff: () => '2026-01-01' }, messages),
  );
  recorder.steps.push('next');
  await finish({
    isFollowed: () => isFollowed,
    turn: async () => {
      await whenBefore;
    },
  });
  return { parked };
};

/** What it did to the stores. */
export const stepsOf = ({ steps }: ReturnType<typeof createRecorder>): string[] =>
  steps.filter((step) => step !== 'next');
