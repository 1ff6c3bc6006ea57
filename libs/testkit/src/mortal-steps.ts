import { between } from './dice.ts';
import type { Dice } from './dice.ts';

/*
 * A process in memory that may die at every await, and whose calls may fail on either side. Who goes on
 * when is the dice's choice, so that one seed gives one run.
 */

/** The process is gone; nothing of it begins any more. */
export class Dead extends Error {
  override readonly name = 'Dead';
}

/** A store that refuses, or whose answer is lost. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** One start of the process. */
export interface Life {
  isDead: boolean;
}

export interface Odds {
  /** Before a call has done anything. */
  readonly refuse: number;
  /** After it has done all: the answer alone is lost. */
  readonly loseAnswer: number;
  readonly die: number;
}

export const CALM: Odds = { refuse: 0, loseAnswer: 0, die: 0 };

/** Turns of the microtask queue. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await Promise.resolve();
  }
}

/** A call to something outside the process: takes its time, may fail, may outlive who made it. */
export type Step = <T>(act: () => T) => Promise<T>;

export function createStep(dice: Dice, life: Life, odds: () => Odds): Step {
  const isDead = (): boolean => life.isDead;
  return async (act) => {
    if (isDead()) {
      throw new Dead();
    }
    await turns(between(dice, 0, 11));
    const { refuse, loseAnswer, die } = odds();
    if (isDead()) {
      // Sent before the process died: it may arrive all the same.
      if (dice() < 0.5) {
        act();
      }
      throw new Dead();
    }
    if (dice() < refuse) {
      throw new Refused();
    }
    if (dice() < die) {
      life.isDead = true;
      throw new Dead();
    }
    const result = act();
    await turns(between(dice, 0, 3));
    if (dice() < loseAnswer) {
      throw new Refused();
    }
    return result;
  };
}

/** Repeats what was refused; a death goes up. */
export async function untilTaken<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
    }
  }
}

/** Lives one process after another until one comes to its end. Answers how many it took. */
export async function liveUntilDone(
  odds: { current: Odds },
  live: (life: Life) => Promise<void>,
): Promise<number> {
  for (let lives = 1; ; lives += 1) {
    if (lives > 40) {
      odds.current = CALM;
    }
    try {
      await live({ isDead: false });
      return lives;
    } catch (error) {
      if (!(error instanceof Dead)) {
        throw error;
      }
    }
    await turns(30);
  }
}
