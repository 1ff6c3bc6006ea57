/**
 * A part with a beginning and an end. `start` resolves when the part is usable; `stop` resolves when
 * nothing of it runs any more, and must also be safe after a failed or partial start.
 */
export interface Lifecycled {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface LifecycleOptions {
  /** Default 60 s per part. */
  readonly startTimeoutMs?: number;
  /** Default 20 s per part. */
  readonly stopTimeoutMs?: number;
}

/** Starts its parts in order and stops them in reverse; a failed start unwinds what had begun. */
export class Lifecycle implements Lifecycled {
  readonly name = 'lifecycle';
  readonly #parts: readonly Lifecycled[];
  readonly #startTimeoutMs: number;
  readonly #stopTimeoutMs: number;
  readonly #begun: Lifecycled[] = [];
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #isStarted = false;

  constructor(parts: readonly Lifecycled[], options: LifecycleOptions = {}) {
    this.#parts = parts;
    this.#startTimeoutMs = options.startTimeoutMs ?? 60_000;
    this.#stopTimeoutMs = options.stopTimeoutMs ?? 20_000;
  }

  /** True from the end of a whole start to the beginning of the stop; what `/startupz` shows. */
  isStarted(): boolean {
    return this.#isStarted;
  }

  /** A second call joins the first; a stopped lifecycle does not start again. */
  start(): Promise<void> {
    this.#starting ??= this.#startAll();
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#isStarted = false;
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    for (const part of this.#parts) {
      if (this.#stopping !== undefined) {
        throw new Error('stopped while starting');
      }
      // Noted before it starts: half a start needs a stop as well.
      this.#begun.push(part);
      try {
        await withTimeout(part.start(), this.#startTimeoutMs, `start of ${part.name}`);
      } catch (error) {
        const failure = new Error(`start of ${part.name} failed`, { cause: error });
        this.#stopping ??= this.#unwind();
        await this.#stopping.catch(() => undefined); // the failed start is the error to report
        throw failure;
      }
    }
    if (this.#stopping !== undefined) {
      throw new Error('stopped while starting');
    }
    this.#isStarted = true;
  }

  async #stopAll(): Promise<void> {
    await this.#unwind();
    // A part that was starting when the stop came has been unwound; its own outcome is start()'s.
    await this.#starting?.catch(() => undefined);
  }

  async #unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (const part of this.#begun.toReversed()) {
      try {
        await withTimeout(part.stop(), this.#stopTimeoutMs, `stop of ${part.name}`);
      } catch (error) {
        failures.push(new Error(`stop of ${part.name} failed`, { cause: error }));
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, 'not every part stopped in order');
    }
  }
}

async function withTimeout(work: Promise<void>, timeoutMs: number, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} took longer than ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
