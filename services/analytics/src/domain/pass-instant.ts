const TEXT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})\.(\d{6})$/;

/** `YYYY-MM-DD hh:mm:ss.ffffff` of the store, UTC, as microseconds since the epoch. */
function microsOf(text: string): bigint {
  const match = TEXT.exec(text);
  if (match === null) {
    throw new RangeError('not an instant with six digits');
  }
  const [, date = '', time = '', micros = '0'] = match;
  return BigInt(Date.parse(`${date}T${time}Z`)) * 1000n + BigInt(micros);
}

function textOf(micros: bigint): string {
  const whole = new Date(Number(micros / 1000n)).toISOString();
  return `${whole.slice(0, 10)} ${whole.slice(11, 19)}.${(micros % 1_000_000n).toString().padStart(6, '0')}`;
}

export interface PassInstants {
  /**
   * The version of the next pass: the store's clock, but always later than the pass before and than the
   * newest version that stands in its buckets.
   */
  next(storeNow: string, newest: string): { readonly tau: string; readonly isBackwards: boolean };
}

/**
 * Of two passes over one bucket the one with the higher instant read later, so its rows win. That order
 * holds even when the store's clock steps back, also where this process began only afterwards.
 */
export function createPassInstants(): PassInstants {
  let last = 0n;
  return {
    next(storeNow, newest) {
      const now = microsOf(storeNow);
      const stands = microsOf(newest);
      const isBackwards = now < last || now < stands;
      last = now > last ? now : last + 1n;
      // Not remembered: what came from the future in some buckets is no reason to follow it in others.
      return { tau: textOf(last > stands ? last : stands + 1n), isBackwards };
    },
  };
}
