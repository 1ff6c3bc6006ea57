import type { Lifecycled, Logger } from '@tokometrics/kit';
import { perform } from '../domain/effects.ts';
import type { EffectDeps } from '../domain/effects.ts';
import { evidenceOf } from '../domain/evidence.ts';
import { due, evolve } from '../domain/saga.ts';
import type { SagaEffect, SagaEvent } from '../domain/saga.ts';
import type { SagaState } from '../domain/saga-state.ts';
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

/**
 * Drives every open request from the state that was kept. A step is carried out first and kept
 * afterwards: a crash in between repeats it, and each step is made to be repeated.
 */
export function createSagaRunner(options: SagaRunnerOptions): SagaRunner {
  const { requests, effects, log } = options;
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let sweep: NodeJS.Timeout | undefined;
  let isStopping = false;

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
      options.onChange(after);
    }
  };

  /** One step; answers with what is due after it. */
  const step = async (requestId: string): Promise<SagaEffect> => {
    const { state, rev } = await requests.load(requestId);
    const evidence = evidenceOf(await effects.acks(requestId));
    const informed = evolve(state, { kind: 'evidence', stores: evidence }, effects.now());
    const effect = due(informed, effects.now());
    if (effect.kind === 'wait' || effect.kind === 'end') {
      if (JSON.stringify(informed) !== JSON.stringify(state)) {
        await requests.save(informed, rev);
        options.onChange(informed);
      }
      return effect;
    }
    await keep(informed, await perform(effects, informed, effect), rev);
    return { kind: 'wait', until: '' };
  };

  const drive = async (requestId: string): Promise<void> => {
    for (;;) {
      again.delete(requestId);
      const next = await step(requestId);
      if (isStopping || next.kind === 'end') {
        return;
      }
      if (next.kind === 'wait' && next.until !== '' && !again.has(requestId)) {
        const delayMs = Date.parse(next.until) - Date.parse(effects.now());
        wakeLater(requestId, Math.min(Math.max(delayMs, 20), 60_000));
        return;
      }
    }
  };

  const kick = (requestId: string): void => {
    clearTimeout(timers.get(requestId));
    timers.delete(requestId);
    if (isStopping) {
      return;
    }
    again.add(requestId);
    if (!running.has(requestId)) {
      const run = drive(requestId)
        .catch((error: unknown) => {
          log.warn({ err: error, requestId }, 'an erasure cannot go on at present');
          wakeLater(requestId, 1_000);
        })
        .finally(() => running.delete(requestId));
      running.set(requestId, run);
    }
  };

  const wakeLater = (requestId: string, delayMs: number): void => {
    clearTimeout(timers.get(requestId));
    const timer = setTimeout(() => {
      kick(requestId);
    }, delayMs);
    timers.set(requestId, timer);
  };

  const resume = async (): Promise<void> => {
    for (const { requestId } of await requests.listOpen()) {
      if (!timers.has(requestId) && !running.has(requestId)) {
        kick(requestId);
      }
    }
  };

  return {
    name: 'erasures',
    kick,
    driveUntil: async (requestId, isReached, limitMs) => {
      const { state: first } = await requests.load(requestId);
      // Asked again by a person: the pause after an earlier failure does not hold here.
      await requests
        .load(requestId)
        .then(({ state, rev }) =>
          state.failures > 0 && !isReached(state)
            ? requests.save({ ...state, nextAt: effects.now() }, rev)
            : true,
        );
      kick(requestId);
      const until = performance.now() + limitMs;
      for (;;) {
        const { state } = await requests.load(requestId);
        const hasFailed = state.failures > first.failures;
        if (isReached(state) || hasFailed || performance.now() > until || isStopping) {
          return state;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
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
      timers.forEach((timer) => {
        clearTimeout(timer);
      });
      await Promise.all(running.values());
    },
  };
}
