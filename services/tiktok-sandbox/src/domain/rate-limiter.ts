export interface RateSettings {
  /** Calls per second; 0 switches it off. */
  readonly rps: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
  throttled: number;
}

export type RateVerdict = { readonly retryAfterS: number | undefined } | undefined;

/** One token bucket per app and shop; every second refusal says how long to wait. */
export function createRateLimiter(
  settings: () => RateSettings,
  monotonicMs: () => number,
): (key: string) => RateVerdict {
  const buckets = new Map<string, Bucket>();
  return (key) => {
    const { rps, burst } = settings();
    if (rps === 0) {
      return undefined;
    }
    const at = monotonicMs();
    const bucket = buckets.get(key) ?? { tokens: burst, at, throttled: 0 };
    buckets.set(key, bucket);
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * rps);
    bucket.at = at;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    bucket.throttled += 1;
    const waitS = Math.max(1, Math.ceil((1 - bucket.tokens) / rps));
    return { retryAfterS: bucket.throttled % 2 === 0 ? waitS : undefined };
  };
}
