import {
  envelopeOf,
  gapOf,
  HEADERS,
  MARKER_TYPE,
  marker,
  rawTopic,
  rawType,
  RESOURCES,
  scopeOfHeaders,
  sealed,
} from '@tokometrics/contracts';
import type { Gap, Resource, ScopedHeaders, SealedWire } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit/json';
import { z } from 'zod';

const rawEnvelopeOf = (of: Resource) => envelopeOf(rawType(of), sealed);
export type RawEnvelope = z.infer<ReturnType<typeof rawEnvelopeOf>>;
const RAW_ENVELOPES = new Map(RESOURCES.map((of) => [of, rawEnvelopeOf(of)]));
/** So much of an envelope can be believed of a record that is refused for the rest. */
const hashed = z.object({ contenthash: z.string() });
const markerEnvelope = z.object({ data: marker, shopkey: z.string(), epoch: z.int() });

/** What a record asks for, decided by its headers and topic before its body is looked at. */
export type Triage =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'unscoped' }
  | {
      readonly kind: 'unreadable';
      readonly gap: Gap | undefined;
      readonly contentHash: string | undefined;
    }
  | { readonly kind: 'marker'; readonly scope: ScopedHeaders }
  | {
      readonly kind: 'event';
      readonly resource: Resource;
      readonly envelope: RawEnvelope;
      readonly sealed: SealedWire;
    };

export interface RawRecord {
  readonly topic: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

const RESOURCE_OF_TOPIC = new Map<string, Resource>(
  RESOURCES.flatMap((of) => [
    [rawTopic(of), of],
    [`${rawTopic(of)}.bf`, of],
  ]),
);

/** By its topic alone; undefined: not a topic of snapshots. */
export const resourceOf = ({ topic }: Pick<RawRecord, 'topic'>): Resource | undefined =>
  RESOURCE_OF_TOPIC.get(topic);

/** The fence comes first: not even a malformed record of an erased scope may reach a dead letter. */
export function triage(
  record: RawRecord,
  isFenced: (shopKey: string, epoch: number) => boolean,
): Triage {
  const scope = scopeOfHeaders(record.headers);
  if (scope === undefined) {
    return { kind: 'unscoped' };
  }
  if (isFenced(scope.shopKey, scope.epoch)) {
    return { kind: 'fenced' };
  }
  const body = jsonOf(record.value);
  if (record.headers[HEADERS.type] === MARKER_TYPE) {
    const parsed = markerEnvelope.safeParse(body);
    return parsed.success
      ? { kind: 'marker', scope }
      : { kind: 'unreadable', gap: undefined, contentHash: undefined };
  }
  const resource = resourceOf(record);
  const parsed = resource && RAW_ENVELOPES.get(resource)?.safeParse(body);
  if (resource === undefined || parsed?.success !== true || !agrees(parsed.data, scope)) {
    const gap = resource && gapOf(resource, scope, { envelope: body, body: undefined });
    return { kind: 'unreadable', gap, contentHash: hashed.safeParse(body).data?.contenthash };
  }
  return { kind: 'event', resource, envelope: parsed.data, sealed: parsed.data.data };
}

/** A body that claims another tenant than its headers is nobody's: it is parked, never stored. */
function agrees(envelope: RawEnvelope, scope: { shopKey: string; epoch: number }): boolean {
  return envelope.shopkey === scope.shopKey && envelope.epoch === scope.epoch;
}
