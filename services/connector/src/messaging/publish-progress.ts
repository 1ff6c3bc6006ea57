/** One "sync.progress" per shop and second at most; the last change is never lost. */
export function createProgressNotices(options: {
  readonly send: (shopKey: string) => Promise<void>;
  readonly monotonicMs: () => number;
  readonly setTimer?: (callback: () => void, ms: number) => unknown;
  readonly everyMs?: number;
}): (shopKey: string) => void {
  const { send, monotonicMs, setTimer = setTimeout, everyMs = 1_000 } = options;
  const sentAt = new Map<string, number>();
  const isWaiting = new Set<string>();

  const sendNow = (shopKey: string): void => {
    sentAt.set(shopKey, monotonicMs());
    // A lost notice costs a page a moment: it asks again by itself.
    void send(shopKey).catch(() => undefined);
  };

  return (shopKey) => {
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
}
