import type { SandboxState } from './sandbox-state.ts';
import { WEBHOOK_TYPES } from './webhook-types.ts';

export interface SeedOptions {
  readonly nowMs: number;
  readonly rateLimitRps: number;
  readonly rateLimitBurst: number;
  readonly webhookUrl: string | undefined;
  readonly ordersFactor: number;
}

export function initialState(options: SeedOptions): SandboxState {
  const { nowMs } = options;
  const seededAt = Math.floor(nowMs / 1000);
  return {
    version: 1,
    seededAt,
    clock: { anchorRealMs: nowMs, anchorShownMs: nowMs, rate: 1 },
    configured: configuredOf(options),
    modes: {
      status: 'documented',
      lastPageToken: 'empty',
      unknownFields: true,
      refreshExpiry: 'year',
      rateLimitRps: options.rateLimitRps,
      rateLimitBurst: options.rateLimitBurst,
      ordersFactor: options.ordersFactor,
    },
    codes: [],
    grants: [],
    addedOrders: [],
    orderRates: [{ at: 0, factor: options.ordersFactor }],
    webhooks: {
      url: options.webhookUrl ?? null,
      secret: null,
      events: [...WEBHOOK_TYPES],
      duplicateRate: 0,
      lossRate: 0,
      lateRate: 1,
      delayS: 0,
      scale: 1 / 60,
      announcedTo: seededAt,
      nextId: 1,
      queue: [],
    },
  };
}

/** After a restart: a changed environment wins over the kept state, an unchanged one does not. */
export function adoptEnvironment(
  state: SandboxState,
  options: SeedOptions,
  shownNow: number,
): void {
  const before = state.configured;
  const now = configuredOf(options);
  if (before?.webhookUrl !== now.webhookUrl) {
    state.webhooks.url = now.webhookUrl;
  }
  if (before?.rateLimitRps !== now.rateLimitRps) {
    state.modes.rateLimitRps = now.rateLimitRps;
  }
  if (before?.rateLimitBurst !== now.rateLimitBurst) {
    state.modes.rateLimitBurst = now.rateLimitBurst;
  }
  if ((before?.ordersFactor ?? 1) !== now.ordersFactor) {
    changeOrdersFactor(state, now.ordersFactor, shownNow);
  }
  state.configured = now;
}

/** From now on; an order that has been shown stays. */
export function changeOrdersFactor(state: SandboxState, factor: number, now: number): void {
  if (state.modes.ordersFactor !== factor) {
    state.modes.ordersFactor = factor;
    // The order of this very second may have been shown already.
    state.orderRates.push({ at: now + 1, factor });
  }
}

function configuredOf(options: SeedOptions): NonNullable<SandboxState['configured']> {
  const { webhookUrl = null, rateLimitRps, rateLimitBurst, ordersFactor } = options;
  return { webhookUrl, rateLimitRps, rateLimitBurst, ordersFactor };
}
