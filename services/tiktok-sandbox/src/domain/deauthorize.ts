import type { Grants } from './grants.ts';
import type { Shop } from './shop.ts';
import { deauthorizedEvent } from './webhook-events.ts';
import type { Outbox } from './webhook-outbox.ts';

export interface DeauthorizeDeps {
  readonly grants: Pick<Grants, 'revoke'>;
  readonly outbox: Pick<Outbox, 'queue'>;
  readonly now: () => number;
}

/** Takes the shop out of every grant and tells the app, if it is told; false if no grant held it. */
export type Deauthorize = (shop: Shop, how?: 'sent' | 'lost' | 'late', lateS?: number) => boolean;

export function createDeauthorize({ grants, outbox, now }: DeauthorizeDeps): Deauthorize {
  return (shop, how = 'sent', lateS) => {
    const wasHeld = grants.revoke(shop);
    if (wasHeld) {
      outbox.queue(deauthorizedEvent(shop.facts.id, now()), how, lateS);
    }
    return wasHeld;
  };
}
