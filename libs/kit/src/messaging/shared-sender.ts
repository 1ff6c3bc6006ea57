import type { OutMessage } from './messages.ts';
import type { Producer } from './options.ts';

/** One producer for the retries and dead letters of all consumers of a process, made on demand. */
export interface SharedSender {
  retain(): void;
  release(): Promise<void>;
  send(batch: readonly OutMessage[]): Promise<void>;
}

interface Opened {
  readonly producer: Producer;
  readonly started: Promise<void>;
}

export function createSharedSender(build: () => Producer): SharedSender {
  let users = 0;
  let current: Opened | undefined;

  const open = (): Opened => {
    const producer = build();
    return { producer, started: producer.start() };
  };

  return {
    retain: () => {
      users += 1;
    },
    release: async () => {
      users -= 1;
      if (users === 0 && current !== undefined) {
        const { producer } = current;
        current = undefined;
        // Not behind its start: where the broker is away that ends by this stop alone.
        await producer.stop();
      }
    },
    send: async (batch) => {
      current ??= open();
      const { producer, started } = current;
      await started;
      await producer.send(batch);
    },
  };
}
