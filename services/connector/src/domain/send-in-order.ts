import type { ListedPage, PageStream } from './page-stream.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { SourcePage } from './shop-source.ts';

/** One page is sealed while the log's answer to the one before it is awaited. */
const PAGES_IN_FLIGHT = 2;

/**
 * Sends every page and tells of each, in the order of the listing, once it and all before it were
 * acknowledged. When it throws, all that had begun has ended, and what could be told was told.
 */
export async function sendInOrder<T>(
  pages: Pick<PageStream, 'next'>,
  send: (page: SourcePage) => Promise<T>,
  onAcknowledged: (listed: ListedPage, sent: T) => Promise<void>,
): Promise<void> {
  const inFlight: Promise<Settled<void>>[] = [];
  let latest: Promise<Settled<void>> = Promise.resolve({ ok: true, value: undefined });

  async function tellAfter(
    before: Promise<Settled<void>>,
    listed: ListedPage,
    sending: Promise<Settled<T>>,
  ): Promise<Settled<void>> {
    const [earlier, sent] = await Promise.all([before, sending]);
    if (!earlier.ok) {
      return earlier;
    }
    return sent.ok ? settle(onAcknowledged(listed, sent.value)) : sent;
  }

  try {
    for (let came = await pages.next(); came !== undefined; came = await pages.next()) {
      if (inFlight.length === PAGES_IN_FLIGHT) {
        unwrap(await inFlight.shift());
      }
      latest = tellAfter(latest, came, settle(send(came.page)));
      inFlight.push(latest);
    }
  } finally {
    await latest;
  }
  unwrap(await latest);
}

function unwrap(settled: Settled<void> | undefined): void {
  if (settled?.ok === false) {
    throw settled.error;
  }
}
