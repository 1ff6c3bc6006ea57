import { z } from 'zod';
import { requestId, scopeRef } from '../ids.ts';
import { STORE_IDS } from '../privacy/stores.ts';
import { instant } from '../time.ts';

/** Compacted by scope, never null, never falls: everything of the scope up to this epoch is closed. */
export const fence = z.object({
  v: z.literal(1),
  scope: scopeRef,
  erasedThroughEpoch: z.int().min(1),
  ledgerSeq: z.int().min(0),
  requestId,
  at: instant,
  /** The merchant wishes that TikTok Shop ends the authorization too; tried once, within two seconds. */
  endGrant: z.boolean().optional(),
});
export type Fence = z.infer<typeof fence>;

export const PHASES = [
  'FENCE',
  'QUIESCE',
  'TOKENS',
  'EXTRACT',
  'ERASE',
  'SHRED',
  'VERIFY',
  'RECEIPT',
] as const;
export const phase = z.enum(PHASES);
export type Phase = z.infer<typeof phase>;

export const storeId = z.enum(STORE_IDS);

/** Identity of a command is (requestId, storeId, phase): twice does no harm. */
export const privacyCommand = z.object({
  v: z.literal(1),
  msgId: z.string(),
  requestId,
  scope: scopeRef,
  throughEpoch: z.int().min(1),
  phase,
  storeId,
  attempt: z.int().min(1),
  ledgerSeq: z.int().min(0),
  dueAt: instant,
  planHash: z.string(),
});
export type PrivacyCommand = z.infer<typeof privacyCommand>;

/** FENCE acks name the service instead of a store: `service:<name>`. */
export const privacyAck = z.object({
  v: z.literal(1),
  msgId: z.string(),
  inReplyTo: z.string(),
  requestId,
  storeId: z.union([storeId, z.string().regex(/^service:[a-z-]+$/)]),
  instanceId: z.string(),
  phase,
  attempt: z.int().min(1),
  outcome: z.enum(['done', 'retry', 'blocked', 'unsupported']),
  found: z.int().min(0),
  removed: z.int().min(0),
  physicalBy: instant.nullable(),
  /** SHA-256 of what the eraser saw, hex. */
  evidence: z.string().regex(/^[0-9a-f]{64}$/),
  watermark: z.int().min(0),
  /** Of the connector's fence ack alone, where the fence says `endGrant`. */
  grantEnd: z.enum(['ended', 'unconfirmed']).optional(),
  /** Ed25519 by the service's Transit key `svc-<service>` over JCS(ack without sig), base64. */
  sig: z.string(),
});
export type PrivacyAck = z.infer<typeof privacyAck>;
