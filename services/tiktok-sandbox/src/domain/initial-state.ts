import type { SandboxState } from './sandbox-state.ts';
import { WEBHOOK_TYPES } from './webhook-types.ts';

export interface SeedOptions {
  readonly nowMs: number;
  readonly rateLimitRps: number;
  readonly rateLimitBurst: number;
  readonly webhookUrl: string | undefined;
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
    },
    codes: [],
    grants: [],
    addedOrders: [],
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
export function adoptEnvironment(state: SandboxState, options: SeedOptions): void {
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
  state.configured = now;
}

function configuredOf(options: SeedOptions): NonNullable<SandboxState['configured']> {
  const { webhookUrl = null, rateLimitRps, rateLimitBurst } = options;
  return { webhookUrl, rateLimitRps, rateLimitBurst };
}
