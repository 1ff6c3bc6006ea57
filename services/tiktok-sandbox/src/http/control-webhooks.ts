import { z } from 'zod';
import type { SandboxState } from '../domain/sandbox-state.ts';
import type { ControlDeps } from './control-deps.ts';
import { get, post, type ControlRoute } from './control-route.ts';

const rate = z.number().min(0).max(1);
const webhookBody = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .optional(),
  /** Signs with another secret than the app's: what a forged webhook looks like. */
  secret: z.string().min(1).nullable().optional(),
  events: z.array(z.number().int()).optional(),
  duplicate_rate: rate.optional(),
  loss_rate: rate.optional(),
  late_rate: rate.optional(),
  delay_s: z.number().min(0).optional(),
  scale: z.number().min(0).optional(),
});

export const WEBHOOK_ROUTES: readonly ControlRoute[] = [
  post('/control/webhooks', webhookBody, (deps, { body }) => {
    const { webhooks } = deps.handle.state;
    webhooks.url = body.url === undefined ? webhooks.url : body.url;
    webhooks.secret = body.secret === undefined ? webhooks.secret : body.secret;
    webhooks.events = body.events ?? webhooks.events;
    webhooks.duplicateRate = body.duplicate_rate ?? webhooks.duplicateRate;
    webhooks.lossRate = body.loss_rate ?? webhooks.lossRate;
    webhooks.lateRate = body.late_rate ?? webhooks.lateRate;
    webhooks.delayS = body.delay_s ?? webhooks.delayS;
    webhooks.scale = body.scale ?? webhooks.scale;
    deps.handle.save();
    return describeWebhooks(deps);
  }),
  get('/control/webhooks', (deps, { query }) => ({
    ...describeWebhooks(deps),
    ...deps.outbox.log(Number(query.get('after') ?? 0)),
  })),
];

/** The settings without the secret, and what waits. */
function describeWebhooks({ handle }: Pick<ControlDeps, 'handle'>): Record<string, unknown> {
  const hooks: SandboxState['webhooks'] = handle.state.webhooks;
  return {
    url: hooks.url,
    events: hooks.events,
    duplicate_rate: hooks.duplicateRate,
    loss_rate: hooks.lossRate,
    late_rate: hooks.lateRate,
    delay_s: hooks.delayS,
    scale: hooks.scale,
    has_own_secret: hooks.secret !== null,
    queued: hooks.queue.map(({ id, type, attempts, dueAt }) => ({
      id,
      type,
      attempts,
      due_at: new Date(dueAt * 1000).toISOString(),
    })),
  };
}
