import type { StateHandle } from './sandbox-state.ts';

export interface SandboxClock {
  readonly nowMs: () => number;
  /** Epoch seconds, whole. */
  readonly now: () => number;
  advance(seconds: number): void;
  /** 0 stops it, 1 is real time. */
  setRate(rate: number): void;
  /** Only forward. */
  set(ms: number): boolean;
  rate(): number;
}

/** `realMs` is the process's own clock; the state holds where the shown time left it. */
export function createSandboxClock(handle: StateHandle, realMs: () => number): SandboxClock {
  const nowMs = (): number => {
    const { anchorRealMs, anchorShownMs, rate } = handle.state.clock;
    // A machine whose clock was set back must not take back what has been shown.
    return Math.floor(anchorShownMs + Math.max(0, realMs() - anchorRealMs) * rate);
  };
  const anchor = (shownMs: number, rate: number): void => {
    handle.state.clock = { anchorRealMs: realMs(), anchorShownMs: shownMs, rate };
    handle.save();
  };
  return {
    nowMs,
    now: () => Math.floor(nowMs() / 1000),
    advance: (seconds) => {
      anchor(nowMs() + seconds * 1000, handle.state.clock.rate);
    },
    setRate: (rate) => {
      anchor(nowMs(), rate);
    },
    set: (ms) => {
      if (ms < nowMs()) {
        return false;
      }
      anchor(ms, handle.state.clock.rate);
      return true;
    },
    rate: () => handle.state.clock.rate,
  };
}
