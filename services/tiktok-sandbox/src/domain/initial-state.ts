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
