import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { InMessage } from './messages.ts';

function text(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('utf8');
}

const isText = (headers: IHeaders): headers is Record<string, string> =>
  Object.values(headers).every((value) => typeof value === 'string');

/** Our own reading of a batch gives texts already; kafkajs's gives bytes, or lists of them. */
function decodeHeaders(headers: IHeaders | undefined): Record<string, string> {
  if (headers !== undefined && isText(headers)) {
    return headers;
  }
  const decoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) {
      decoded[name] = text(last);
    }
  }
  return decoded;
}

/** One allocation per record; the body stays a view on the fetched buffer. */
export function decodeMessage(topic: string, partition: number, message: KafkaMessage): InMessage {
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key === null ? undefined : message.key.toString('utf8'),
    value: message.value,
    headers: decodeHeaders(message.headers),
    timestamp: Number(message.timestamp),
  };
}

// Object, header strings and map entries around a small body weigh about this much.
const OVERHEAD_BYTES = 256;

export function messageBytes(message: InMessage): number {
  return (message.value?.length ?? 0) + (message.key?.length ?? 0) + OVERHEAD_BYTES;
}
