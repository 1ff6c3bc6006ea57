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
  /** The version of the next pass: the store's clock, but always later than the pass before. */
  next(storeNow: string): { readonly tau: string; readonly isBackwards: boolean };
}

/**
 * Of two passes over one bucket the one with the higher instant read later, so its rows win. Within a
 * process that order holds even when the store's clock steps back.
 */
export function createPassInstants(): PassInstants {
  let last = 0n;
  return {
    next(storeNow) {
      const now = microsOf(storeNow);
      const isBackwards = now < last;
      last = now > last ? now : last + 1n;
      return { tau: textOf(last), isBackwards };
    },
  };
}
