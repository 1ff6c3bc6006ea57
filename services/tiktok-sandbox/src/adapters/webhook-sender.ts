import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifecycled, Logger } from '@tokometrics/kit';
import type { StateHandle } from '../domain/sandbox-state.ts';
import { signWebhook } from '../domain/signing.ts';
import type { DeliveryOutcome, Outbox, QueuedWebhook } from '../domain/webhook-outbox.ts';

const TICK_MS = 200;
const BUSY_MS = 20;
const ANSWER_MS = 3_000;
const AT_ONCE = 16;

export interface SenderOptions {
  readonly outbox: Outbox;
  readonly handle: StateHandle;
  readonly appKey: string;
  readonly appSecret: string;
  readonly log: Logger;
}

/** Delivers the outbox: signed, within 3 seconds, again after a refusal to take it. */
export function createWebhookSender(options: SenderOptions): Lifecycled {
  const { outbox, log } = options;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const isStopping = (): boolean => stopping.signal.aborted;
  const round = async (): Promise<void> => {
    outbox.announce();
    await Promise.all(
      outbox.due(AT_ONCE).map(async (item) => {
        const { outcome, status } = await deliver(options, item, stopping.signal);
        // A delivery that the stop cut off is tried again after the next start.
        if (!isStopping() || outcome === 'accepted') {
          outbox.settle(item, outcome, status);
        }
      }),
    );
  };
  const run = async (): Promise<void> => {
    while (!isStopping()) {
      await round().catch((error: unknown) => {
        log.error({ err: error }, 'a round of webhooks failed');
      });
      const pauseMs = outbox.due(1).length > 0 ? BUSY_MS : TICK_MS;
      // The stop ends the pause by throwing.
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  return {
    name: 'webhook sender',
    start: () => {
      loop = run();
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

async function deliver(
  { handle, appKey, appSecret }: SenderOptions,
  { body }: QueuedWebhook,
  stopping: AbortSignal,
): Promise<{ outcome: DeliveryOutcome; status: number | null }> {
  const { url, secret } = handle.state.webhooks;
  if (url === null) {
    return { outcome: 'failed', status: null };
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        authorization: signWebhook(appKey, secret ?? appSecret, body),
      },
      body,
      signal: AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.arrayBuffer();
    const { status } = response;
    return { outcome: status === 200 ? 'accepted' : status === 401 ? 'refused' : 'failed', status };
  } catch {
    return { outcome: 'failed', status: null };
  }
}
