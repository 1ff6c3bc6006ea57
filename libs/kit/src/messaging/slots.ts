/** At most `size` runs at a time, first come, first served. */
export function createSlots(size: number): { run<T>(work: () => Promise<T>): Promise<T> } {
  let free = size;
  const waiting: (() => void)[] = [];

  return {
    run: async (work) => {
      if (free > 0) {
        free -= 1;
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) {
          free += 1;
        } else {
          next(); // the slot passes on without becoming free
        }
      }
    },
  };
}
