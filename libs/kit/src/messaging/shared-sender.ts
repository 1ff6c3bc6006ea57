import type { OutMessage } from './messages.ts';
import type { Producer } from './options.ts';

/** One producer for the retries and dead letters of all consumers of a process, made on demand. */
export interface SharedSender {
  retain(): void;
  release(): Promise<void>;
  send(batch: readonly OutMessage[]): Promise<void>;
}

export function createSharedSender(build: () => Producer): SharedSender {
  let users = 0;
  let current: Promise<Producer> | undefined;

  const open = async (): Promise<Producer> => {
    const producer = build();
    await producer.start();
    return producer;
  };

  return {
    retain: () => {
      users += 1;
    },
    release: async () => {
      users -= 1;
      if (users === 0 && current !== undefined) {
        const closing = current;
        current = undefined;
        await (await closing).stop();
      }
    },
    send: async (batch) => {
      current ??= open();
      await (await current).send(batch);
    },
  };
}
