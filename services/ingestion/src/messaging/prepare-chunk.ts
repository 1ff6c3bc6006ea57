import { gapOf } from '@tokometrics/contracts';
import type { Gap, Resource, SealedWire } from '@tokometrics/contracts';
import { KeyShredded } from '@tokometrics/erasure';
import type { SealContext } from '@tokometrics/erasure';
import type { InMessage } from '@tokometrics/kit';
import { bucketOf, normalise } from '../domain/normalise.ts';
import type { Fact, Validators } from '../domain/normalise.ts';
import { triage } from '../domain/plan-chunk.ts';
import type { RawEnvelope } from '../domain/plan-chunk.ts';
import { Rejected } from '../domain/rejected.ts';
import type { RejectReason } from '../domain/rejected.ts';

export interface PreparedEvent {
  readonly kind: 'event';
  readonly message: InMessage;
  readonly resource: Resource;
  readonly envelope: RawEnvelope;
  readonly fetchedAt: Date;
  readonly fact: Fact;
}

export interface PreparedMarker {
  readonly kind: 'marker';
  readonly message: InMessage;
  readonly scope: { readonly shopKey: string; readonly epoch: number };
}

export interface PreparedParked {
  readonly kind: 'parked';
  readonly message: InMessage;
  readonly reason: string;
  /** What is missing for want of it; undefined where nobody can say. */
  readonly gap: Gap | undefined;
  /** Of what it says, as far as it says so. */
  readonly contentHash: string | undefined;
}

export type Prepared =
  | PreparedEvent
  | PreparedMarker
  | PreparedParked
  | {
      readonly kind: 'dropped';
      readonly message: InMessage;
      readonly reason: 'fenced' | 'expired';
    };

export interface PrepareDeps {
  readonly isFenced: (shopKey: string, epoch: number) => boolean;
  readonly open: (context: SealContext, sealed: SealedWire) => Promise<Buffer>;
  /** Zone in which the connection's days are cut. */
  readonly zoneOf: (shopKey: string, epoch: number) => Promise<string | undefined>;
  readonly validators: Validators;
  /** First local day of the zone that may still be kept. */
  readonly cutoff: (zone: string) => string;
}

/** Opens, checks and types a chunk ahead of its storage. Pure in effect: nothing is written here. */
export async function prepareChunk(
  deps: PrepareDeps,
  messages: readonly InMessage[],
): Promise<Prepared[]> {
  return Promise.all(messages.map((message) => prepareOne(deps, message)));
}

async function prepareOne(deps: PrepareDeps, message: InMessage): Promise<Prepared> {
  const verdict = triage(message, deps.isFenced);
  switch (verdict.kind) {
    case 'fenced':
      return { kind: 'dropped', message, reason: 'fenced' };
    case 'unscoped':
      return {
        kind: 'parked',
        message,
        reason: 'unscoped',
        gap: undefined,
        contentHash: undefined,
      };
    case 'unreadable':
      return { ...verdict, kind: 'parked', message, reason: 'schema' };
    case 'marker':
      return { kind: 'marker', message, scope: verdict.scope };
    case 'event':
      return prepareEvent(deps, message, verdict);
  }
}

async function prepareEvent(
  deps: PrepareDeps,
  message: InMessage,
  event: { resource: Resource; envelope: RawEnvelope; sealed: SealedWire },
): Promise<Prepared> {
  const { envelope, resource } = event;
  const parked = (reason: string, body: unknown): Prepared => {
    const scope = { shopKey: envelope.shopkey, epoch: envelope.epoch };
    const gap = gapOf(resource, scope, { envelope, body });
    return { kind: 'parked', message, reason, gap, contentHash: envelope.contenthash };
  };
  const zone = await deps.zoneOf(envelope.shopkey, envelope.epoch);
  if (zone === undefined) {
    return parked('unknown_shop', undefined);
  }
  let body: unknown;
  try {
    body = await openBody(deps, envelope, event.sealed);
    const fetchedAt = new Date(envelope.fetchedat ?? envelope.time);
    const seenAt = Math.floor(fetchedAt.getTime() / 1000);
    const fact = normalise(deps.validators, { resource, body, zone: { zone }, seenAt });
    return bucketOf(fact) < deps.cutoff(zone)
      ? { kind: 'dropped', message, reason: 'expired' }
      : { kind: 'event', message, resource, envelope, fetchedAt, fact };
    // eslint-disable-next-line no-restricted-syntax -- what no retry can mend is parked, record by record
  } catch (error) {
    const reason = reasonOf(error);
    // Keys are destroyed behind fences: of an open connection a missing key is a fault, and is told.
    return reason === 'undecryptable' && deps.isFenced(envelope.shopkey, envelope.epoch)
      ? { kind: 'dropped', message, reason: 'fenced' }
      : parked(reason, body);
  }
}

async function openBody(
  deps: PrepareDeps,
  envelope: RawEnvelope,
  sealed: SealedWire,
): Promise<unknown> {
  const context = {
    ceType: envelope.type,
    shopKey: envelope.shopkey,
    epoch: envelope.epoch,
    ceId: envelope.id,
  };
  return JSON.parse((await deps.open(context, sealed)).toString('utf8'));
}

/** Of data that no retry can mend; a dependency that is down goes up to the consumer. */
function reasonOf(error: unknown): RejectReason | 'undecryptable' {
  if (error instanceof Rejected) {
    return error.reason;
  }
  if (error instanceof SyntaxError) {
    return 'schema';
  }
  if (error instanceof KeyShredded || (error instanceof Error && error.name === 'DecryptError')) {
    return 'undecryptable';
  }
  throw error;
}
