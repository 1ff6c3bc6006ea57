export interface Clock {
  /** The time that the product shows and decides by. */
  now(): Date;
  /** Only for durations: never jumps, means nothing across processes. */
  monotonicMs(): number;
}

/**
 * `clockAt` is `<shown instant>@<real instant>`: their difference moves this clock, so that every
 * process, also one restarted later, shows the same time. Absent: the machine's clock.
 */
export function createClock(clockAt?: string): Clock {
  const offsetMs = clockAt === undefined ? 0 : parseOffsetMs(clockAt);
  return {
    now: () => new Date(Date.now() + offsetMs),
    monotonicMs: () => performance.now(),
  };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function parseOffsetMs(clockAt: string): number {
  const [shown = '', real = '', ...rest] = clockAt.split('@');
  const valid = INSTANT.test(shown) && INSTANT.test(real) && rest.length === 0;
  const offsetMs = valid ? Date.parse(shown) - Date.parse(real) : Number.NaN;
  if (!Number.isFinite(offsetMs)) {
    throw new Error('CLOCK_AT must be <shown instant>@<real instant>, both ISO 8601 with a zone');
  }
  return offsetMs;
}

/** A moved clock is for tests: it is refused as soon as one engine is not on this machine. */
export function assertClockAllowed(urls: readonly string[]): void {
  const foreign = urls.flatMap(hostsOf).filter((host) => !isLoopback(host));
  if (foreign.length > 0) {
    throw new Error('CLOCK_AT is refused: an engine address is not loopback');
  }
}

/** Broker lists and MongoDB URLs hold several hosts, which `URL` cannot read. */
function hostsOf(url: string): string[] {
  const afterScheme = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const authority = afterScheme.split(/[/?#]/)[0] ?? '';
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  return hosts.split(',').map((host) =>
    host
      .trim()
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, ''),
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
