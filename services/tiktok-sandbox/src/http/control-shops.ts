import { z } from 'zod';
import { expectRetail } from '../domain/retail/retail-expected.ts';
import { DEFAULT_SCOPES, SCOPES } from '../domain/scopes.ts';
import { describeSellerCentre, hiddenRules } from '../domain/seller-centre.ts';
import type { SyntheticKey } from '../domain/shop.ts';
import { expectStock } from '../domain/synthetic/synthetic-expected-stock.ts';
import { expectUnsettled } from '../domain/synthetic/synthetic-expected-unsettled.ts';
import { expectSynthetic } from '../domain/synthetic/synthetic-expected.ts';
import type { SyntheticShop } from '../domain/synthetic/synthetic-shop.ts';
import { statusEvents } from '../domain/webhook-events.ts';
import type { ControlDeps } from './control-deps.ts';
import { ControlRefusal, get, post, shopNamed, type ControlRoute } from './control-route.ts';

const grantBody = z.strictObject({
  seller: z.enum(['retail', 'synthetic']),
  scopes: z.array(z.enum(SCOPES)).default([...DEFAULT_SCOPES]),
});

const revokeBody = z.strictObject({
  webhook: z.enum(['sent', 'lost', 'late']).default('sent'),
  late_s: z.number().min(0).max(86_400).default(60),
});

export const SHOP_ROUTES: readonly ControlRoute[] = [
  post('/control/grants', grantBody, async (deps, { body }) => {
    const code = deps.grants.issueCode(body.seller, body.scopes);
    await deps.handle.flush();
    return { code };
  }),
  post('/control/shops/:shop/revoke', revokeBody, async (deps, call) => {
    const shop = shopNamed(deps, call);
    const wasHeld = deps.deauthorize(shop, call.body.webhook, call.body.late_s);
    await deps.handle.flush();
    return { shop: shop.facts.id, was_granted: wasHeld };
  }),
  post('/control/shops/:shop/orders', z.strictObject({}), async (deps, call) => {
    const { key } = shopNamed(deps, call).facts;
    if (key === 'retail') {
      throw new ControlRefusal(409, 'the sums of the retail shop are fixed by its file');
    }
    const id = addOrder(deps, key);
    await deps.handle.flush();
    return { order_id: id };
  }),
  get('/control/expected/:shop', (deps, call) => {
    const { facts } = shopNamed(deps, call);
    const { clock, world } = deps;
    const now = clock.now();
    const figures =
      facts.key === 'retail'
        ? expectRetail(world.source.intake, {
            weeks: world.retail().weeks,
            zone: facts.zone,
            now,
          })
        : expectedOf(world.synthetic(facts.key), now);
    return { now: new Date(now * 1000).toISOString(), timezone: facts.zone.name, ...figures };
  }),
  get('/control/seller-centre/:shop', (deps, call) => {
    const shop = shopNamed(deps, call);
    const { clock, world } = deps;
    const rules = hiddenRules(shop.facts, call.query.get('seed') ?? world.seedText);
    return {
      now: new Date(clock.nowMs()).toISOString(),
      ...describeSellerCentre(shop, rules, clock.now()),
      // Only for those who have to check an answer.
      ...(call.query.has('reveal') ? { rules } : {}),
    };
  }),
];

/** The figures of a generated shop, and how it stands: what of it there is now and not at other times. */
function expectedOf(shop: SyntheticShop, now: number) {
  const events = shop.events(now);
  const listed = shop.book(now).products.filter(({ createTime }) => createTime <= now);
  const skuIds = listed.flatMap(({ skus }) => skus.map(({ id }) => id));
  return {
    ...expectSynthetic(events, { ...shop.facts, now }),
    stock: expectStock(skuIds, events, now),
    unsettled: expectUnsettled(events, shop.facts.money, now),
  };
}

/** At this second, and announced at once: what had happened before is announced first. */
function addOrder(deps: ControlDeps, key: SyntheticKey): string {
  const { handle, clock, world, outbox, grants } = deps;
  const shop = world.synthetic(key);
  outbox.announce();
  const at = clock.now();
  const before = shop.book(at).orderById;
  handle.state.addedOrders.push({ shop: key, at });
  const added = shop.book(at).orders.find(({ id }) => !before.has(id));
  if (added === undefined) {
    throw new Error('an added order did not come into the shop');
  }
  const isGranted = handle.state.grants.some((grant) => grants.shopsOf(grant).includes(shop));
  if (isGranted) {
    for (const event of statusEvents(shop.facts.id, added, { from: at - 1, to: at })) {
      outbox.queue(event);
    }
  }
  return added.id;
}
