import { statusAt } from '../domain/order.ts';
import type { Shop } from '../domain/shop.ts';
import type { ControlDeps } from './control-deps.ts';

/** What a person wants to see of the sandbox; no secret and no token. */
export function describeState(deps: ControlDeps): Record<string, unknown> {
  const { handle, clock, world, grants } = deps;
  const { state } = handle;
  const retail = world.retail();
  return {
    clock: {
      now: new Date(clock.nowMs()).toISOString(),
      rate: clock.rate(),
      seeded_at: new Date(state.seededAt * 1000).toISOString(),
    },
    modes: state.modes,
    retail_file: {
      name: world.source.name,
      sha256: world.source.sha256,
      rows: world.source.intake.rows,
      weeks_shifted: retail.weeks,
    },
    shops: [...world.shops().values()].map((shop) => describeShop(shop, clock.now())),
    grants: state.grants.map((grant) => ({
      id: grant.id,
      seller: grant.seller,
      scopes: grant.scopes,
      granted_at: new Date(grant.grantedAt * 1000).toISOString(),
      shops: grants.shopsOf(grant).map(({ facts }) => facts.id),
      access_expires_at: grant.accessTokens.map(({ expiresAt }) => expiresAt),
      refresh_expires_at: grant.refresh.expiresAt,
    })),
    webhooks: {
      url: state.webhooks.url,
      events: state.webhooks.events,
      queued: state.webhooks.queue.length,
    },
    faults: deps.faults.list(),
    calls: deps.calls.counters(),
  };
}

function describeShop({ facts, book }: Shop, now: number): Record<string, unknown> {
  const orders = book(now).orders.filter(({ createTime }) => createTime <= now);
  const statuses: Record<string, number> = {};
  for (const order of orders) {
    const status = statusAt(order, now);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    key: facts.key,
    id: facts.id,
    name: facts.name,
    region: facts.region,
    currency: facts.money.currency,
    zone: facts.zone.name,
    data: facts.isSynthetic ? 'synthetic' : 'real invoices, invented buyers',
    orders: orders.length,
    statuses,
  };
}
