import type { DayFigure, HourFigure } from './bucket-sums.ts';
import type { OpenGap } from './completeness.ts';
import type { FigureDeps } from './read-figures.ts';
import type { Sums } from './sums.ts';

/**
 * A replica of the store may lag behind its writer; nothing it said is shown for longer. The second
 * half is by chance, so that what was asked at once is not asked again at once.
 */
const KEPT_MS = 60_000;
const MAX_QUESTIONS = 2_000;
/** Two years of days, or a month of hours; a longer answer is read anew each time. */
const MAX_FIGURES = 1_600;

interface Question {
  readonly shopKey: string;
  readonly epoch: number;
  readonly revision: number;
}

interface Held<T> {
  readonly shopKey: string;
  readonly revision: number;
  readonly answer: Promise<readonly T[]>;
}

export interface MemoOptions {
  /** Runs something later; what is held goes then, whether or not anybody asks again. */
  readonly after: (ms: number, act: () => void) => void;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onRead?: (from: 'memory' | 'store') => void;
}

/**
 * Answers a question again from memory as long as nothing of its shop has changed. The revision is
 * raised after a change can be read, so an answer that was asked for under the same revision was read
 * after every change that this asker can know of.
 */
function createMemo<T>({ after, random, onRead = () => undefined }: MemoOptions) {
  const held = new Map<string, Held<T>>();

  const remember = (key: string, one: Held<T>): void => {
    held.delete(key);
    held.set(key, one);
    const oldest = held.size > MAX_QUESTIONS ? held.keys().next().value : undefined;
    if (oldest !== undefined) {
      held.delete(oldest);
    }
  };
  const drop = (key: string, one: Held<T>): void => {
    if (held.get(key) === one) {
      held.delete(key);
    }
  };

  return {
    read<P extends Question>(
      { revision, ...question }: P,
      ask: (question: Omit<P, 'revision'>) => Promise<readonly T[]>,
    ): Promise<readonly T[]> {
      const key = JSON.stringify(question);
      const known = held.get(key);
      if (known?.revision === revision) {
        remember(key, known);
        onRead('memory');
        return known.answer;
      }
      onRead('store');
      const answer = ask(question);
      const one = { shopKey: question.shopKey, revision, answer };
      remember(key, one);
      after(KEPT_MS / 2 + (random() * KEPT_MS) / 2, () => {
        drop(key, one);
      });
      answer.then(
        (figures) => {
          if (figures.length > MAX_FIGURES) {
            drop(key, one);
          }
        },
        () => {
          drop(key, one);
        },
      );
      return answer;
    },
    forget(shopKey: string): void {
      for (const [key, one] of held) {
        if (one.shopKey === shopKey) {
          held.delete(key);
        }
      }
    },
  };
}

export interface GapDeps {
  readonly openGaps: (
    params: Question & { readonly cutoff: string },
  ) => Promise<readonly OpenGap[]>;
}

export interface RememberedFigures extends FigureDeps, GapDeps {
  /** Nothing of an erased shop stays in memory. */
  forget(shopKey: string): void;
}

type Unversioned<F> = F extends (params: infer P) => infer R
  ? (params: Omit<P, 'revision'>) => R
  : never;

/** What the store is asked: the same questions without the revision. */
type Remembered = FigureDeps & GapDeps;
export type FigureReads = { readonly [K in keyof Remembered]: Unversioned<Remembered[K]> };

export function rememberFigures(reads: FigureReads, options: MemoOptions): RememberedFigures {
  const days = createMemo<DayFigure>(options);
  const hours = createMemo<HourFigure>(options);
  const parts = createMemo<{ readonly sums: Sums }>(options);
  const gaps = createMemo<OpenGap>(options);
  return {
    figuresByDay: (params) => days.read(params, (question) => reads.figuresByDay(question)),
    figuresByHour: (params) => hours.read(params, (question) => reads.figuresByHour(question)),
    figuresOfPartHour: (params) =>
      parts.read(params, (question) => reads.figuresOfPartHour(question)),
    openGaps: (params) => gaps.read(params, (question) => reads.openGaps(question)),
    forget: (shopKey) => {
      [days, hours, parts, gaps].forEach((memo) => {
        memo.forget(shopKey);
      });
    },
  };
}
