import { createHash } from 'node:crypto';
import { toReason } from './failures.ts';
import type { InMessage, OutMessage } from './messages.ts';
import type { LadderIntervals } from './options.ts';
import { deadLetterTopic, retryTopic, RUNGS } from './topics.ts';
import type { Rung } from './topics.ts';

export const HEADER = {
  reason: 'tm_reason',
  originTopic: 'tm_origin_topic',
  originPartition: 'tm_origin_partition',
  originOffset: 'tm_origin_offset',
  retryAt: 'tm_retry_at',
  rung: 'tm_retry_rung',
  bodySha256: 'tm_body_sha256',
  bodyLength: 'tm_body_length',
  bodyKept: 'tm_body',
} as const;

/** What the ladder and the dead letters add to a record's headers. */
const ADDED: ReadonlySet<string> = new Set(Object.values(HEADER));

export const LADDER: LadderIntervals = { '1m': 60_000, '10m': 600_000, '1h': 3_600_000 };

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function originOf(message: InMessage): Record<string, string> {
  return {
    [HEADER.originTopic]: message.headers[HEADER.originTopic] ?? message.topic,
    [HEADER.originPartition]: message.headers[HEADER.originPartition] ?? String(message.partition),
    [HEADER.originOffset]: message.headers[HEADER.originOffset] ?? message.offset,
  };
}

/** The rung after the one that this message waited on; undefined: the ladder ends here. */
export function nextRung(message: InMessage): Rung | undefined {
  const current = RUNGS.findIndex((rung) => rung === message.headers[HEADER.rung]);
  return RUNGS[current + 1];
}

export function toRetry(
  group: string,
  message: InMessage,
  rung: Rung,
  reason: string,
  retryAtMs: number,
): OutMessage {
  return {
    topic: retryTopic(group, rung),
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      ...originOf(message),
      [HEADER.reason]: toReason(reason),
      [HEADER.rung]: rung,
      [HEADER.retryAt]: String(Math.round(retryAtMs)),
    },
  };
}

/** A record from a rung as the handler knew it: under its original topic, partition and offset. */
export function fromRetry(message: InMessage): { message: InMessage; retryAtMs: number } {
  const { headers } = message;
  return {
    message: {
      ...message,
      topic: headers[HEADER.originTopic] ?? message.topic,
      partition: Number(headers[HEADER.originPartition] ?? message.partition),
      offset: headers[HEADER.originOffset] ?? message.offset,
    },
    retryAtMs: Number(headers[HEADER.retryAt] ?? 0),
  };
}

/**
 * Headers, reason and origin always travel. The body only as `parkBody` sealed it; a body that
 * cannot be sealed is not kept at all, because dead letters outlive the topics they come from.
 */
export async function toDeadLetter(
  group: string,
  message: InMessage,
  reason: string,
  parkBody: ((message: InMessage) => Promise<Buffer | undefined>) | undefined,
): Promise<OutMessage> {
  const { [HEADER.retryAt]: _at, [HEADER.rung]: _rung, ...headers } = message.headers;
  const body = message.value ?? Buffer.alloc(0);
  const sealed = parkBody === undefined ? undefined : await parkBody(message);
  return {
    topic: deadLetterTopic(group),
    key: message.key,
    value: sealed ?? null,
    headers: {
      ...headers,
      ...originOf(message),
      [HEADER.reason]: toReason(reason),
      [HEADER.bodySha256]: sha256(body),
      [HEADER.bodyLength]: String(body.length),
      [HEADER.bodyKept]: sealed === undefined ? 'none' : 'sealed',
    },
  };
}

/** As `toDeadLetter` makes it where no body is kept: digest and length tell which body it was. */
export function withoutBody(letter: OutMessage): OutMessage {
  return { ...letter, value: null, headers: { ...letter.headers, [HEADER.bodyKept]: 'none' } };
}

/** Also without the key and headers that the record bore: where it was, why it was parked, its digest. */
export function withoutOrigin(letter: OutMessage): OutMessage {
  const { headers = {} } = withoutBody(letter);
  const own = Object.entries(headers).filter(([name]) => ADDED.has(name));
  return { topic: letter.topic, value: null, headers: Object.fromEntries(own) };
}

export interface DeadLetter {
  readonly reason: string;
  /** Topic that the record came from. */
  readonly topic: string;
  readonly key: string | undefined;
  /** As the record bore them: without what the ladder and the dead letters added. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was parked; undefined: none was kept. */
  readonly parked: Buffer | undefined;
  /** True for the bytes that the record had before it was parked. */
  isBody(bytes: Buffer): boolean;
}

/** A dead letter as the record that it was. */
export function fromDeadLetter({ headers, key, value }: InMessage): DeadLetter {
  return {
    reason: toReason(headers[HEADER.reason] ?? ''),
    topic: headers[HEADER.originTopic] ?? '',
    key,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ADDED.has(name))),
    parked: headers[HEADER.bodyKept] === 'sealed' ? (value ?? undefined) : undefined,
    isBody: (bytes) => sha256(bytes) === headers[HEADER.bodySha256],
  };
}
