import type { Notice } from '@tokometrics/contracts';
import { TOPIC } from '@tokometrics/contracts';
import type { Lifecycled, Logger, OutMessage } from '@tokometrics/kit';

export interface NoticeDeps {
  readonly take: () => Notice[];
  readonly send: (batch: readonly OutMessage[]) => Promise<void>;
  readonly log: Logger;
}

/** Two notices a second and shop are as live as a page needs to be. */
const EVERY_MS = 500;

/** A notice that is lost costs a page nothing but the next one: failures are logged, not retried. */
export function publishNotices(deps: NoticeDeps): Lifecycled {
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  const flush = (): void => {
    const notices = deps.take();
    if (notices.length === 0) {
      return;
    }
    sending = deps
      .send(
        notices.map((notice) => ({
          topic: TOPIC.notice,
          key: notice.shopKey,
          value: Buffer.from(JSON.stringify(notice)),
        })),
      )
      .catch((error: unknown) => {
        deps.log.warn({ err: error }, 'notices were not sent');
      });
  };
  return {
    name: 'notices',
    start: () => {
      timer = setInterval(flush, EVERY_MS);
      return Promise.resolve();
    },
    stop: async () => {
      clearInterval(timer);
      flush();
      await sending;
    },
  };
}
