import { z } from 'zod';
import { epoch, shopKey } from './ids.ts';
import { origin } from './resources.ts';
import { instant } from './time.ts';

/** Namespace of event ids: UUIDv5(DNS, "events.tokometrics.com"). */
export const EVENT_NAMESPACE = 'c68b6113-bb43-5d66-896a-16e83936a106';

/** The text whose UUIDv5 is an event's id: same content of same version, same id. */
export function eventName(part: {
  shopKey: string;
  epoch: number;
  entity: string;
  entityId: string;
  ver: string;
  contentHash: string;
}): string {
  return [part.shopKey, part.epoch, part.entity, part.entityId, part.ver, part.contentHash].join(
    '|',
  );
}

/**
 * Source version as decimal text of `update_time_s << 24 | seq`: never a JS number. Below 2^56, so that a
 * row's version, which is 256 times as much, stays below 2^64: the column would wrap, not refuse.
 */
export const ver = z.string().regex(/^(?:\d{1,16}|[0-6]\d{16}|7[01]\d{15})$/);

export function versionOf(updateTimeS: number, seq: number): string {
  return ((BigInt(updateTimeS) << 24n) | BigInt(seq & 0xff_ff_ff)).toString();
}

/** ClickHouse's version: source version, then the content revision of the shop's facts. */
export function rowVersion(sourceVer: string, rev: number): string {
  return ((BigInt(sourceVer) << 8n) | BigInt(rev & 0xff)).toString();
}

/**
 * CloudEvents 1.0 in structured JSON, with our extensions in lower case as the standard demands. `type`
 * ends with the major version, and a record of another is refused: nobody here knows what it means.
 */
export const envelopeOf = <D extends z.ZodType>(type: string, data: D) =>
  z.object({
    specversion: z.literal('1.0'),
    id: z.uuid(),
    type: z.literal(type),
    source: z.string(),
    subject: z.string(),
    time: instant,
    /** When the source was read; absent where it equals `time`. */
    fetchedat: instant.optional(),
    shopkey: shopKey,
    epoch,
    ver,
    origin,
    /**
     * The minor version that the record was written by. Within a major version a schema only grows by
     * what is optional, so a reader takes every one and passes over what it does not know. A column
     * keeps it in 16 bits.
     */
    schemaver: z.int().min(1).max(65_535),
    contenthash: z.string().regex(/^[0-9a-f]{64}$/),
    rev: z.int().min(0).max(255).default(0),
    data,
  });

/** Header names that every scoped record carries, so that fences need not parse the body. */
export const HEADERS = {
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  time: 'ce_time',
  shopKey: 'tm_shopkey',
  epoch: 'tm_epoch',
  ver: 'tm_ver',
} as const;

export interface ScopedHeaders {
  readonly shopKey: string;
  readonly epoch: number;
}

/** Scopes that were read before: records come by the thousand from few connections. */
const scopes = new Map<string, ScopedHeaders>();
const SCOPES_KEPT = 10_000;

/** Scope of a record by its headers alone; undefined means: quarantine, never store. */
export function scopeOfHeaders(
  headers: Readonly<Record<string, string>>,
): ScopedHeaders | undefined {
  const said = `${headers[HEADERS.shopKey] ?? ''}:${headers[HEADERS.epoch] ?? ''}`;
  const known = scopes.get(said);
  if (known !== undefined) {
    return known;
  }
  const key = shopKey.safeParse(headers[HEADERS.shopKey]);
  const number = epoch.safeParse(Number(headers[HEADERS.epoch]));
  if (!key.success || !number.success) {
    return undefined;
  }
  const scope = { shopKey: key.data, epoch: number.data };
  if (scopes.size >= SCOPES_KEPT) {
    scopes.clear();
  }
  scopes.set(said, scope);
  return scope;
}
