import { z } from 'zod';
import { requestId, shopKey } from '../ids.ts';
import { instant } from '../time.ts';

/** `?endGrant=true`: TikTok Shop is asked to end its side as well; the erasure never waits for it. */
export const disconnectQuery = z.strictObject({
  endGrant: z.enum(['true', 'false']).default('false'),
});
export const disconnectReply = z.object({
  requestId,
  tokensDestroyedAt: instant,
  sharedAuthorization: z.boolean(),
});

export const REQUEST_STATES = ['EXECUTING', 'ATTENTION', 'COMPLETED'] as const;
export const requestPhase = z.object({
  storeId: z.string(),
  holds: z.string(),
  phase: z.enum(['waiting', 'fenced', 'erasing', 'erased', 'verified']),
  found: z.int(),
  removed: z.int(),
  physicalBy: instant.nullable(),
});
export const privacyRequest = z.object({
  requestId,
  right: z.literal('deletion'),
  /** Asked for here, or: access was ended at TikTok Shop. */
  trigger: z.enum(['self_service', 'deauthorization']),
  shopKey,
  state: z.enum(REQUEST_STATES),
  attention: z.string().nullable(),
  receivedAt: instant,
  dueAt: instant,
  tokensDestroyedAt: instant.nullable(),
  /** What came of the wish that TikTok Shop ends its side too; null where nobody wished it. */
  grantEnd: z.enum(['pending', 'ended', 'unconfirmed']).nullable().default(null),
  completedAt: instant.nullable(),
  phases: z.array(requestPhase),
  receiptReady: z.boolean(),
});
export type PrivacyRequest = z.infer<typeof privacyRequest>;
export const privacyRequestList = z.object({
  items: z.array(privacyRequest),
  nextCursor: z.null(),
});

export const holding = z.object({
  storeId: z.string(),
  shopKey: shopKey.nullable(),
  category: z.string(),
  holds: z.string(),
  records: z.int(),
  clause: z.string(),
  retentionDays: z.int(),
  encryption: z.string(),
  erasedOnDisconnect: z.boolean(),
});
export const holdings = z.object({
  items: z.array(holding),
  tokens: z.array(z.object({ shopKey, state: z.enum(['held', 'destroyed']) })),
  countedAt: instant,
});
export type Holdings = z.infer<typeof holdings>;

/** Receipt in the exact form that `tools/verify-receipt.mjs` checks; served as its JCS bytes. */
export const receipt = z.strictObject({
  v: z.literal(1),
  request: z.strictObject({
    requestId: z.string(),
    right: z.string(),
    trigger: z.string(),
    receivedAt: z.string(),
    outcome: z.string(),
    subjectRef: z.string(),
    scopes: z.array(z.strictObject({ scope: z.string(), throughEpoch: z.int() })),
  }),
  policy: z.strictObject({ policyVersion: z.string(), clauseIds: z.array(z.string()) }),
  stores: z.array(
    z.strictObject({
      storeId: z.string(),
      state: z.enum(['zero', 'undecryptable', 'fenced']),
      method: z.string(),
      found: z.int(),
      removed: z.int(),
      lastEraseAckAt: z.string().nullable(),
      verifiedZeroAt: z.string().nullable(),
      verifier: z.string(),
      physicalBy: z.string().nullable(),
    }),
  ),
  keys: z.array(
    z.strictObject({ kidRef: z.string(), shreddedAt: z.string(), canary: z.literal('not-found') }),
  ),
  residuals: z.array(z.strictObject({ kind: z.string(), id: z.string(), until: z.string() })),
  recipients: z.array(z.strictObject({ id: z.string(), state: z.string() })),
  retained: z.array(z.strictObject({ ground: z.string(), category: z.string() })),
  ledger: z.strictObject({
    entry: z.record(z.string(), z.unknown()),
    entryHash: z.string(),
    signature: z.string(),
    kid: z.string(),
  }),
});
export type Receipt = z.infer<typeof receipt>;

export const jwks = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      kid: z.string(),
      use: z.string(),
      alg: z.string(),
    }),
  ),
});

export const policyReply = z.object({
  version: z.string(),
  effectiveAt: instant,
  sha256: z.string(),
  sections: z.array(
    z.object({ id: z.string(), title: z.string(), paragraphs: z.array(z.string()) }),
  ),
});

export const ledgerEntry = z.object({
  seq: z.int(),
  ts: instant,
  type: z.string(),
  requestId: z.string().nullable(),
  subjectRef: z.string().nullable(),
  scopeRefs: z.array(z.string()),
  storeId: z.string().optional(),
  counts: z.record(z.string(), z.int()).nullable(),
  evidence: z.string().nullable(),
  policyVersion: z.string().nullable(),
  clauseIds: z.array(z.string()).nullable(),
  actorRef: z.string(),
  prevHash: z.string(),
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;
