export interface ProgressNotices {
  readonly note: (shopKey: string) => void;
  /** From now on nothing is sent, also nothing that waits for its second. */
  readonly stop: () => Promise<void>;
}

/** One "sync.progress" per shop and second at most; the last change is never lost. */
export function createProgressNotices(options: {
  readonly send: (shopKey: string) => Promise<void>;
  readonly monotonicMs: () => number;
  readonly setTimer?: (callback: () => void, ms: number) => unknown;
  readonly everyMs?: number;
}): ProgressNotices {
  const { send, monotonicMs, setTimer = setTimeout, everyMs = 1_000 } = options;
  const sentAt = new Map<string, number>();
  const isWaiting = new Set<string>();
  let isStopped = false;

  const sendNow = (shopKey: string): void => {
    if (isStopped) {
      return;
    }
    sentAt.set(shopKey, monotonicMs());
    // A lost notice costs a page a moment: it asks again by itself.
    void send(shopKey).catch(() => undefined);
  };

  const note = (shopKey: string): void => {
    const wait = (sentAt.get(shopKey) ?? Number.NEGATIVE_INFINITY) + everyMs - monotonicMs();
    if (wait <= 0) {
      sendNow(shopKey);
    } else if (!isWaiting.has(shopKey)) {
      isWaiting.add(shopKey);
      setTimer(() => {
        isWaiting.delete(shopKey);
        sendNow(shopKey);
      }, wait);
    }
  };
  return {
    note,
    stop: () => {
      isStopped = true;
      return Promise.resolve();
    },
  };
}
