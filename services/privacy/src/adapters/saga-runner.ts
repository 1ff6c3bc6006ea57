import type { Lifecycled, Logger } from '@tokometrics/kit';
import { perform } from '../domain/effects.ts';
import type { EffectDeps } from '../domain/effects.ts';
import { evidenceOf } from '../domain/evidence.ts';
import { due, evolve } from '../domain/saga.ts';
import type { SagaEffect, SagaEvent } from '../domain/saga.ts';
import type { SagaState } from '../domain/saga-state.ts';
import { createKeyedLoop } from './keyed-loop.ts';
import type { MongoRequests } from './mongo-requests.ts';

export interface SagaRunnerOptions {
  readonly requests: Pick<MongoRequests, 'load' | 'save' | 'listOpen'>;
  readonly effects: EffectDeps;
  /** After every step that was kept. */
  readonly onChange: (state: SagaState) => void;
  readonly log: Logger;
  /** How often open requests are looked for, also those of other instances; default 5 s. */
  readonly sweepMs?: number;
}

export interface SagaRunner extends Lifecycled {
  /** Something happened that may let the request go on. */
  kick(requestId: string): void;
  driveUntil(
    requestId: string,
    isReached: (state: SagaState) => boolean,
    limitMs: number,
  ): Promise<SagaState>;
}

const POLL_MS = 50;
const LEAST_PAUSE_MS = 20;
const MOST_PAUSE_MS = 60_000;

/** One step at a time: load, carry out what is due, keep; answers with what is due after it. */
function createStepper({ requests, effects, onChange, log }: SagaRunnerOptions) {
  const keep = async (state: SagaState, event: SagaEvent, rev: number): Promise<boolean> => {
    const next = evolve(state, event, effects.now());
    const isKept = await requests.save(next, rev);
    if (isKept) {
      report(state, event, next);
    }
    return isKept;
  };

  const report = (before: SagaState, event: SagaEvent, after: SagaState): void => {
    if (event.kind === 'held') {
      log.warn(
        { requestId: after.requestId, phase: after.phase, code: event.code, tries: after.failures },
        'a step of an erasure waits for another try',
      );
    } else if (before.phase !== after.phase) {
      log.info({ requestId: after.requestId, phase: after.phase }, 'an erasure goes on');
    }
    if (event.kind !== 'notYet') {
      onChange(after);
    }
  };

  return async (requestId: string): Promise<SagaEffect> => {
    const { state, rev } = await requests.load(requestId);
    const evidence = evidenceOf(await effects.acks(requestId));
    const informed = evolve(state, { kind: 'evidence', stores: evidence }, effects.now());
    const effect = due(informed, effects.now());
    if (effect.kind === 'wait' || effect.kind === 'end') {
      if (JSON.stringify(informed) !== JSON.stringify(state)) {
        await requests.save(informed, rev);
        onChange(informed);
      }
      return effect;
    }
    await keep(informed, await perform(effects, informed, effect), rev);
    return effect;
  };
}

/**
 * Drives every open request from the state that was kept. A step is carried out first and kept
 * afterwards: a crash in between repeats it, and each step is made to be repeated.
 */
export function createSagaRunner(options: SagaRunnerOptions): SagaRunner {
  const { requests, effects, log } = options;
  const step = createStepper(options);
  let sweep: NodeJS.Timeout | undefined;
  let isStopping = false;

  const loop = createKeyedLoop({
    step: async (requestId) => {
      const next = await step(requestId);
      if (next.kind === 'end') {
        return undefined;
      }
      if (next.kind !== 'wait') {
        return 0;
      }
      const delayMs = Date.parse(next.until) - Date.parse(effects.now());
      return Math.min(Math.max(delayMs, LEAST_PAUSE_MS), MOST_PAUSE_MS);
    },
    onFailure: (error, requestId) => {
      log.warn({ err: error, requestId }, 'an erasure cannot go on at present');
    },
  });

  const resume = async (): Promise<void> => {
    for (const { requestId } of await requests.listOpen()) {
      if (loop.isIdle(requestId)) {
        loop.kick(requestId);
      }
    }
  };

  const driveUntil: SagaRunner['driveUntil'] = async (requestId, isReached, limitMs) => {
    const before = await hurry(options, requestId);
    loop.kick(requestId);
    return pollUntil(
      async () => (await requests.load(requestId)).state,
      (state) => isStopping || isReached(state) || state.failures > before.failures,
      limitMs,
    );
  };

  return {
    name: 'erasures',
    kick: (requestId) => {
      loop.kick(requestId);
    },
    driveUntil,
    start: async () => {
      await resume();
      sweep = setInterval(() => {
        resume().catch((error: unknown) => {
          log.warn({ err: error }, 'open erasures cannot be listed at present');
        });
      }, options.sweepMs ?? 5_000);
    },
    stop: async () => {
      isStopping = true;
      clearInterval(sweep);
      await loop.stop();
    },
  };
}

/** The last state seen when the time is up. */
async function pollUntil(
  read: () => Promise<SagaState>,
  isReached: (state: SagaState) => boolean,
  limitMs: number,
): Promise<SagaState> {
  const until = performance.now() + limitMs;
  for (;;) {
    const state = await read();
    if (isReached(state) || performance.now() > until) {
      return state;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Asked again by a person: the pause after an earlier failure does not hold here. */
async function hurry(
  { requests, effects }: Pick<SagaRunnerOptions, 'requests' | 'effects'>,
  requestId: string,
): Promise<SagaState> {
  const { state, rev } = await requests.load(requestId);
  if (state.failures > 0) {
    await requests.save({ ...state, nextAt: effects.now() }, rev);
  }
  return state;
}
