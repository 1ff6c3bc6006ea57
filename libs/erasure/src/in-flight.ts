export interface InFlight {
  /** Counts the work as running for these shops until it has really ended, also after a limit. */
  track<T>(shopKeys: readonly string[], work: Promise<T>): Promise<T>;
  /** True once nothing that ran for the shop at the time of the call runs any more. */
  settled(shopKey: string, limitMs: number): Promise<boolean>;
}

export function createInFlight(): InFlight {
  const running = new Map<string, Set<Promise<unknown>>>();

  const remove = (shopKey: string, work: Promise<unknown>): void => {
    const ofShop = running.get(shopKey);
    ofShop?.delete(work);
    if (ofShop?.size === 0) {
      running.delete(shopKey);
    }
  };

  return {
    track: (shopKeys, work) => {
      const unique = new Set(shopKeys);
      for (const shopKey of unique) {
        const ofShop = running.get(shopKey) ?? new Set();
        running.set(shopKey, ofShop.add(work));
      }
      const end = (): void => {
        for (const shopKey of unique) {
          remove(shopKey, work);
        }
      };
      work.then(end, end);
      return work;
    },
    settled: async (shopKey, limitMs) => {
      const works = [...(running.get(shopKey) ?? [])];
      if (works.length === 0) {
        return true;
      }
      return withinLimit(Promise.allSettled(works), limitMs);
    },
  };
}

/** Whether the work ended in time; the timer never outlives the answer. */
export async function withinLimit(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, limitMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
