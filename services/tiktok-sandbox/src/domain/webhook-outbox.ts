import { fnv1a32 } from './hash.ts';
import type { Grants } from './grants.ts';
import type { SandboxState, StateHandle } from './sandbox-state.ts';
import { expiryEvents, shopEvents, type WebhookEvent } from './webhook-events.ts';

export type QueuedWebhook = SandboxState['webhooks']['queue'][number];
export type DeliveryOutcome = 'accepted' | 'refused' | 'failed';

interface LoggedWebhook {
  readonly id: string;
  readonly type: number;
  readonly shopId: string;
  readonly at: string;
  readonly what: DeliveryOutcome | 'lost' | 'doubled' | 'late' | 'dropped';
  readonly attempt: number;
  readonly status: number | null;
}

/** Tries after the first one, in seconds, before the scale. */
const RETRY_WAITS_S = [2 * 60, 30 * 60, 3 * 3_600, 12 * 3_600];
/** A jump of the clock by months would make more than any receiver could use: the newest win. */
const MOST_AT_ONCE = 2_000;
const MOST_LOGGED = 10_000;

export interface OutboxDeps {
  readonly handle: StateHandle;
  readonly grants: Grants;
  readonly now: () => number;
}

export interface Outbox {
  /** Queues what has happened since the last call. */
  announce(): void;
  /** Queues one event; `lost` and `late` take the place of the general settings. */
  queue(event: WebhookEvent, how?: 'sent' | 'lost' | 'late', lateS?: number): void;
  due(limit: number): QueuedWebhook[];
  settle(item: QueuedWebhook, outcome: DeliveryOutcome, status: number | null): void;
  log(after: number): { seq: number; webhooks: LoggedWebhook[] };
  clear(): void;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { handle, grants, now } = deps;
  const journal = createJournal(() => new Date(now() * 1000).toISOString());
  const settings = (): SandboxState['webhooks'] => handle.state.webhooks;

  const queue: Outbox['queue'] = (event, how, lateS = 60) => {
    const hooks = settings();
    if (hooks.url === null || !hooks.events.includes(event.type)) {
      return;
    }
    const id = `738${String(handle.state.seededAt)}${String(hooks.nextId).padStart(6, '0')}`;
    hooks.nextId += 1;
    const item = { id, type: event.type, body: bodyOf(id, event, now()), attempts: 0 };
    const isLost = how === 'lost' || (how === undefined && draw(id, 'lost') < hooks.lossRate);
    const isLate = how === 'late' || (how === undefined && draw(id, 'late') < hooks.lateRate);
    const isDoubled = how === undefined && draw(id, 'doubled') < hooks.duplicateRate;
    handle.save();
    if (isLost) {
      journal.add(item, 'lost', null);
      return;
    }
    const dueAt = now() + (how === 'late' ? lateS : isLate ? hooks.delayS : 0);
    hooks.queue.push({ ...item, dueAt });
    if (isLate && dueAt > now()) {
      journal.add(item, 'late', null);
    }
    if (isDoubled) {
      hooks.queue.push({ ...item, dueAt });
      journal.add(item, 'doubled', null);
    }
  };

  return {
    queue,
    announce: () => {
      const hooks = settings();
      const span = { from: hooks.announcedTo, to: now() };
      if (span.to <= span.from) {
        return;
      }
      hooks.announcedTo = span.to;
      const events = happened(grants, handle.state, span).filter(({ type }) =>
        hooks.events.includes(type),
      );
      events.slice(-MOST_AT_ONCE).forEach((event) => {
        queue(event);
      });
      handle.save();
    },
    due: (limit) => {
      const at = now();
      return settings()
        .queue.filter(({ dueAt }) => dueAt <= at)
        .slice(0, limit);
    },
    settle: (item, outcome, status) => {
      const hooks = settings();
      const wait = outcome === 'failed' ? RETRY_WAITS_S[item.attempts] : undefined;
      item.attempts += 1;
      journal.add(item, outcome, status);
      if (wait === undefined) {
        hooks.queue = hooks.queue.filter((other) => other !== item);
        if (outcome === 'failed') {
          journal.add(item, 'dropped', status);
        }
      } else {
        item.dueAt = now() + wait * hooks.scale;
      }
      handle.save();
    },
    log: journal.read,
    clear: journal.clear,
  };
}

/** Only shops that some grant holds are spoken of. */
function happened(
  grants: Grants,
  state: SandboxState,
  span: { from: number; to: number },
): WebhookEvent[] {
  const live = new Set(state.grants.flatMap((grant) => grants.shopsOf(grant)));
  return [
    ...[...live].flatMap((shop) => shopEvents(shop, span.from, span.to)),
    ...expiryEvents(
      state.grants,
      (grant) => grants.shopsOf(grant).map(({ facts }) => facts.id),
      span,
    ),
  ].sort((a, b) => a.at - b.at);
}

function bodyOf(id: string, { type, shopId, data }: WebhookEvent, sentAt: number): string {
  return (
    `{"type":${String(type)},"tts_notification_id":"${id}","shop_id":"${shopId}",` +
    `"timestamp":${String(sentAt)},"data":${data}}`
  );
}

/** From 0 up to 1, the same for the same notification, so that a run can be repeated. */
function draw(id: string, purpose: string): number {
  return fnv1a32(`${id}/${purpose}`) / 4_294_967_296;
}

interface Journal {
  add(
    item: { id: string; type: number; body: string; attempts: number },
    what: LoggedWebhook['what'],
    status: number | null,
  ): void;
  readonly read: (after: number) => { seq: number; webhooks: LoggedWebhook[] };
  readonly clear: () => void;
}

function createJournal(time: () => string): Journal {
  let entries: (LoggedWebhook & { seq: number })[] = [];
  let seq = 0;
  return {
    add: ({ id, type, body, attempts }, what, status) => {
      seq += 1;
      const shopId = /"shop_id":"(\d+)"/.exec(body)?.[1] ?? '';
      entries.push({ seq, id, type, shopId, at: time(), what, attempt: attempts, status });
      if (entries.length > 2 * MOST_LOGGED) {
        entries = entries.slice(-MOST_LOGGED);
      }
    },
    read: (after) => ({ seq, webhooks: entries.filter((entry) => entry.seq > after) }),
    clear: () => {
      entries = [];
    },
  };
}
