import { z } from 'zod';
import { SCOPES } from './scopes.ts';

/** All that outlives the process; the data of the shops follows from the seed instant. */
export const sandboxState = z.strictObject({
  version: z.literal(1),
  /** Epoch seconds at which the shops were seeded. */
  seededAt: z.number(),
  clock: z.strictObject({ anchorRealMs: z.number(), anchorShownMs: z.number(), rate: z.number() }),
  /** What the environment said at the last start: only what it newly says replaces later changes. */
  configured: z
    .strictObject({
      webhookUrl: z.string().nullable(),
      rateLimitRps: z.number(),
      rateLimitBurst: z.number(),
      ordersFactor: z.number().default(1),
    })
    .optional(),
  modes: z.strictObject({
    status: z.enum(['documented', 'always-200']),
    lastPageToken: z.enum(['empty', 'absent']),
    unknownFields: z.boolean(),
    refreshExpiry: z.enum(['year', 'never']),
    rateLimitRps: z.number().min(0),
    rateLimitBurst: z.number().min(1),
    /** That of the last of `orderRates`. */
    ordersFactor: z.number().default(1),
  }),
  codes: z.array(
    z.strictObject({
      code: z.string(),
      seller: z.enum(['retail', 'synthetic']),
      scopes: z.array(z.enum(SCOPES)),
      expiresAt: z.number(),
    }),
  ),
  grants: z.array(
    z.strictObject({
      id: z.string(),
      seller: z.enum(['retail', 'synthetic']),
      scopes: z.array(z.enum(SCOPES)),
      grantedAt: z.number(),
      revokedShops: z.array(z.string()),
      accessTokens: z.array(z.strictObject({ token: z.string(), expiresAt: z.number() })),
      refresh: z.strictObject({ token: z.string(), expiresAt: z.number() }),
    }),
  ),
  addedOrders: z.array(z.strictObject({ shop: z.enum(['id', 'us']), at: z.number() })),
  /** Ascending; a change holds from its time on, so that what was shown stays. */
  orderRates: z.array(z.strictObject({ at: z.number(), factor: z.number() })).default([]),
  webhooks: z.strictObject({
    url: z.string().nullable(),
    secret: z.string().nullable(),
    events: z.array(z.number()),
    duplicateRate: z.number(),
    lossRate: z.number(),
    /** This share of them comes `delayS` late, so that others overtake them. */
    lateRate: z.number().default(1),
    delayS: z.number(),
    /** Retry waits are multiplied by this. */
    scale: z.number(),
    /** Order changes up to here have been announced. */
    announcedTo: z.number(),
    nextId: z.number(),
    queue: z.array(
      z.strictObject({
        id: z.string(),
        type: z.number(),
        body: z.string(),
        attempts: z.number(),
        dueAt: z.number(),
      }),
    ),
  }),
});
export type SandboxState = z.infer<typeof sandboxState>;
export type GrantState = SandboxState['grants'][number];

/** The state and how a change of it is made to last. */
export interface StateHandle {
  readonly state: SandboxState;
  /** Soon; several changes share one write. */
  save(): void;
  /** Resolves when all changes so far are on the disk. */
  flush(): Promise<void>;
  replace(state: SandboxState): void;
}
