import { createHash } from 'node:crypto';
import {
  backfillTwin,
  EVENT_NAMESPACE,
  eventName,
  HEADERS,
  isoInstant,
  MARKER_TYPE,
  rawTopic,
  rawType,
  shopScope,
  TOPIC,
  versionOf,
} from '@tokometrics/contracts';
import type { Marker, Resource, SealedWire, ShopKey, StoreId } from '@tokometrics/contracts';
import type { SealContext } from '@tokometrics/erasure';
import { canonicalJson, createUlid, uuidv5 } from '@tokometrics/kit';
import type { OutMessage } from '@tokometrics/kit';

export interface RawScope {
  readonly shopKey: string;
  readonly epoch: number;
}

/** Noon of 23 November 2026, UTC. */
export const NOON_S = 1_795_435_200;

const headersOf = (
  scope: RawScope,
  event: { id: string; type: string; time: string; ver: string },
): Record<string, string> => ({
  [HEADERS.id]: event.id,
  [HEADERS.type]: event.type,
  [HEADERS.source]: '/connector',
  [HEADERS.time]: event.time,
  [HEADERS.shopKey]: scope.shopKey,
  [HEADERS.epoch]: String(scope.epoch),
  [HEADERS.ver]: event.ver,
});

/** A sealer that hides nothing: for tests in memory, where what is sealed is not the question. */
export const inClear = {
  seal: (_context: unknown, plaintext: Buffer): Promise<SealedWire> =>
    Promise.resolve({
      ...{ v: 1, kid: 'k', wdk: 'w' },
      ...{ iv: '', ct: plaintext.toString('base64'), tag: '' },
    }),
  open: (_context: unknown, { ct }: SealedWire): Promise<Buffer> =>
    Promise.resolve(Buffer.from(ct, 'base64')),
};

/** An order of one unit at 10.00 GBP, paid at noon. */
export const rawOrderBody = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id,
  status: 'AWAITING_SHIPMENT',
  create_time: NOON_S,
  paid_time: NOON_S,
  update_time: NOON_S,
  payment: { currency: 'GBP', total_amount: '10.00' },
  line_items: [{ id: `${id}1`, product_id: '11', sku_id: '111', original_price: '10.00' }],
  ...change,
});

/** One sealed body as the connector sends it. */
export async function rawEvent(
  seal: (context: SealContext, plaintext: Buffer) => Promise<SealedWire>,
  scope: RawScope,
  event: {
    readonly resource?: Resource;
    readonly body: Readonly<Record<string, unknown>> & { readonly id: string };
    readonly updatedS?: number;
    readonly seq?: number;
    readonly isBackfill?: boolean;
    /** Where it is not the instant of the change. */
    readonly readAtS?: number;
    /** Of another major version than is known. */
    readonly type?: string;
    /** Where it is a later minor version that has written it. */
    readonly schemaver?: number;
    /** What that version says beside what is known. */
    readonly more?: {
      readonly envelope: object;
      readonly headers: Readonly<Record<string, string>>;
    };
  },
): Promise<OutMessage> {
  const resource = event.resource ?? 'order';
  const updatedS = event.updatedS ?? NOON_S;
  const plaintext = Buffer.from(canonicalJson(event.body));
  const contentHash = createHash('sha256').update(plaintext).digest('hex');
  const ver = versionOf(updatedS, event.seq ?? 1);
  const entityId = event.body.id;
  const id = uuidv5(
    EVENT_NAMESPACE,
    eventName({ ...scope, entity: resource, entityId, ver, contentHash }),
  );
  const type = event.type ?? rawType(resource);
  const time = isoInstant(updatedS);
  const data = await seal({ ceType: type, ceId: id, ...scope }, plaintext);
  const topic = rawTopic(resource);
  const envelope = {
    specversion: '1.0',
    ...{ id, type, source: '/connector', subject: entityId, time },
    ...{ shopkey: scope.shopKey, epoch: scope.epoch, ver, rev: 0, data },
    schemaver: event.schemaver ?? 1,
    ...event.more?.envelope,
    origin: event.isBackfill === true ? 'backfill' : 'live',
    contenthash: contentHash,
    ...(event.readAtS === undefined ? {} : { fetchedat: isoInstant(event.readAtS) }),
  };
  return {
    topic: event.isBackfill === true ? backfillTwin(topic) : topic,
    key: scope.shopKey,
    value: Buffer.from(JSON.stringify(envelope)),
    headers: { ...headersOf(scope, { id, type, time, ver }), ...event.more?.headers },
  };
}

/** A product of one SKU that has not changed for a year. */
export const rawProductBody = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id,
  title: `title of ${id}`,
  status: 'ACTIVATE',
  create_time: NOON_S - 700 * 86_400,
  update_time: NOON_S - 365 * 86_400,
  skus: [{ id: `${id}1`, price: { currency: 'GBP', sale_price: '10.00' } }],
  ...change,
});

export function rawMarker(
  scope: RawScope,
  marker: Pick<Marker, 'from' | 'through'> & Partial<Marker>,
): OutMessage {
  const id = createUlid();
  const time = isoInstant(NOON_S);
  const data: Marker = {
    resource: 'order',
    axis: 'update',
    records: 1,
    part: 0,
    parts: 1,
    ...marker,
  };
  const value = { id, type: MARKER_TYPE, source: '/connector', time, data };
  return {
    topic: rawTopic(data.resource),
    key: scope.shopKey,
    value: Buffer.from(JSON.stringify({ ...value, shopkey: scope.shopKey, epoch: scope.epoch })),
    headers: headersOf(scope, { id, type: MARKER_TYPE, time, ver: '0' }),
  };
}

export function eraseCommand(id: string, shopKey: ShopKey, storeId: StoreId): OutMessage {
  const command = {
    v: 1,
    msgId: createUlid(),
    requestId: id,
    scope: shopScope(shopKey),
    throughEpoch: 1,
    phase: 'ERASE',
    storeId,
    attempt: 1,
    ledgerSeq: 1,
    dueAt: new Date().toISOString(),
    planHash: createHash('sha256').update(storeId).digest('hex'),
  };
  return {
    topic: TOPIC.command,
    key: shopScope(shopKey),
    value: Buffer.from(JSON.stringify(command)),
  };
}
