import type { InMessage } from '@tokometrics/kit';
import { jsonOf } from '@tokometrics/kit/json';

const LATER = 2;
type Body = Readonly<Record<string, unknown>>;
const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Open maps say content: a further name in one is another fact, not a later schema. */
const OPEN_MAPS = new Set(['otherAmounts', 'breakdown']);

/**
 * The same record as a later minor version would have written it: more that is optional beside what was
 * there, within its parts and within their columns, and nothing else. What is no JSON stays what it is.
 */
export function inLaterSchema(message: InMessage): InMessage {
  const body = jsonOf(message.value);
  if (!isBody(body)) {
    return message;
  }
  const later = isBody(body['data'])
    ? { ...body, schemaver: LATER, region: 'eu', hop: { of: [1] }, data: laterData(body['data']) }
    : { ...body, region: 'eu', hop: { of: [1] } };
  return {
    ...message,
    value: Buffer.from(JSON.stringify(later)),
    headers: { ...message.headers, tm_schemaver: String(LATER) },
  };
}

function laterData(data: Body): Body {
  const parts: [string, unknown][] = Object.entries(data).map(([name, part]) =>
    isBody(part) && !OPEN_MAPS.has(name)
      ? // Of another length than the columns beside it, and of another form.
        [name, { ...part, taxClass: [], bundle: { of: ['1'] }, mood: 'A_VALUE_OF_TOMORROW' }]
      : [name, part],
  );
  return {
    ...Object.fromEntries(parts),
    ...{ giftNote: { text: 'later', lines: [1] }, riskState: 'A_VALUE_OF_TOMORROW', score: 0.5 },
  };
}

/** Values that nobody has documented, where the platform has an enum: any version may bring them. */
export function withUnknownValues(message: InMessage): InMessage {
  const body = jsonOf(message.value);
  if (!isBody(body) || !isBody(body['data'])) {
    return message;
  }
  const { data } = body;
  const unknown = (names: readonly string[]) =>
    Object.fromEntries(
      names.filter((name) => typeof data[name] === 'string').map((name) => [name, 'UNHEARD_OF']),
    );
  const lines = data['lines'];
  const isOrder = isBody(lines) && Array.isArray(lines['status']);
  const changed = {
    ...data,
    ...unknown(['status', 'fulfillmentType', 'shippingType', 'type', 'reserveStatus']),
    ...(isOrder && {
      lines: { ...lines, status: [lines['status']].flat().map(() => 'UNHEARD_OF') },
    }),
  };
  return { ...message, value: Buffer.from(JSON.stringify({ ...body, data: changed })) };
}
