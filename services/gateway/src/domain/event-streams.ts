import type { Notice, ShopLifecycle } from '@tokometrics/contracts';

export interface StreamClient {
  readonly merchantId: string;
  readonly sessionId: string;
  send(event: ServerEvent): void;
  close(): void;
}

export interface ServerEvent {
  readonly id: number;
  readonly type: string;
  readonly data: string;
}

interface Kept {
  readonly merchantId: string;
  readonly atMs: number;
  readonly event: ServerEvent;
}

const KEPT_MS = 5 * 60_000;
const MAX_KEPT = 5_000;
const PER_SESSION = 5;

export interface StreamOptions {
  readonly ownerOf: (shopKey: string) => ShopLifecycle | undefined;
  readonly nowMs: () => number;
  /** First event number; later starts begin above it, so that an old number is seen as old. */
  readonly firstId: number;
}

/** Who has a page open, and the last five minutes for those who come back. Ids only, never figures. */
export function createEventStreams({ ownerOf, nowMs, firstId }: StreamOptions) {
  const clients = new Set<StreamClient>();
  let kept: Kept[] = [];
  let nextId = firstId;

  function remember(merchantId: string, event: ServerEvent): void {
    kept.push({ merchantId, atMs: nowMs(), event });
    if (kept.length > MAX_KEPT || (kept[0] !== undefined && nowMs() - kept[0].atMs > KEPT_MS)) {
      kept = kept.filter((item) => nowMs() - item.atMs <= KEPT_MS).slice(-MAX_KEPT);
    }
  }

  return {
    /** False when the session has too many windows open. */
    add(client: StreamClient, lastEventId: number | undefined): boolean {
      const open = [...clients].filter((other) => other.sessionId === client.sessionId);
      if (open.length >= PER_SESSION) {
        return false;
      }
      clients.add(client);
      if (lastEventId !== undefined) {
        replay(client, lastEventId);
      }
      return true;
    },
    remove(client: StreamClient): void {
      clients.delete(client);
    },
    publish(notice: Notice): void {
      const owner = ownerOf(notice.shopKey);
      if (owner === undefined) {
        return;
      }
      const event = { id: nextId, type: notice.kind, data: JSON.stringify(notice) };
      nextId += 1;
      remember(owner.merchantId, event);
      for (const client of clients) {
        if (client.merchantId === owner.merchantId) {
          client.send(event);
        }
      }
    },
    /** A closed shop leaves no trace here either. */
    forget(shopKey: string): void {
      kept = kept.filter(({ event }) => !event.data.includes(shopKey));
    },
    closeAll(): void {
      for (const client of clients) {
        client.close();
      }
      clients.clear();
    },
    size: () => clients.size,
  };

  function replay(client: StreamClient, lastEventId: number): void {
    const oldest = kept[0]?.event.id ?? nextId;
    if (lastEventId + 1 < oldest || lastEventId >= nextId) {
      client.send({ id: nextId - 1, type: 'reset', data: '{}' });
      return;
    }
    for (const { merchantId, event } of kept) {
      if (merchantId === client.merchantId && event.id > lastEventId) {
        client.send(event);
      }
    }
  }
}
export type EventStreams = ReturnType<typeof createEventStreams>;
