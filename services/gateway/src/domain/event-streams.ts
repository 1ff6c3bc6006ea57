import type { Notice, ShopLifecycle } from '@tokometrics/contracts';

export interface StreamClient {
  readonly merchantId: string;
  readonly sessionId: string;
  send(event: ServerEvent): void;
  /** Ends for now: the page comes back by itself. */
  close(): void;
  /** Ends for newer windows of the session: coming back at once would only push out the next one. */
  displace(): void;
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
    /** A session has so many windows at most; the one that was opened last is the one that is looked at. */
    add(client: StreamClient, lastEventId: number | undefined): void {
      const open = [...clients].filter((other) => other.sessionId === client.sessionId);
      for (const oldest of open.slice(0, Math.max(0, open.length + 1 - PER_SESSION))) {
        clients.delete(oldest);
        oldest.displace();
      }
      clients.add(client);
      if (lastEventId !== undefined) {
        replay(client, lastEventId);
      }
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
    /** Whoever is connected now and is told this has missed nothing up to it. */
    lastId: () => nextId - 1,
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
