import { z } from 'zod';
import { ver } from '../envelope.ts';
import type { ScopedHeaders } from '../envelope.ts';
import { resource } from '../resources.ts';
import type { Resource } from '../resources.ts';

export const GAP_TYPE = 'com.tokometrics.gap.v1';

/**
 * One version of one entity that was read at the source and could not become a fact. It goes to the topic
 * of the facts, on the partition of the shop, so that it arrives before the marker behind its record:
 * no range is called complete without its gaps. It is closed once figures have a row of the entity as new as
 * `ver`: of the same record sent again, or of a later version.
 */
export const gap = z.object({
  resource,
  entityId: z.string().min(1).max(200),
  ver,
  /** Epoch seconds within which the figures may lack it; `from` is 0 where its beginning is not legible. */
  from: z.int().min(0),
  through: z.int().min(0),
});
export type Gap = z.infer<typeof gap>;

/** So much of an envelope can be believed of a record that is refused for the rest. */
const identity = z.object({
  subject: gap.shape.entityId,
  ver,
  shopkey: z.string(),
  epoch: z.int(),
});

/** Instants of an entity by their names in raw bodies and in facts: it counts on their days. */
const STATEMENT_TIME = ['statement_time', 'statementTime'];
const INSTANTS = [
  ...['create_time', 'order_create_time', 'createTime', 'orderCreateTime'],
  ...STATEMENT_TIME,
];

const SEQUENCE_BITS = 24n;

/**
 * What is missing for want of a record; undefined where it does not name its entity, or claims another
 * connection than its headers do: nobody can say then of whom something is missing.
 */
export function gapOf(
  of: Resource,
  scope: ScopedHeaders,
  { envelope, body }: { readonly envelope: unknown; readonly body: unknown },
): Gap | undefined {
  const named = identity.safeParse(envelope);
  if (!named.success || named.data.shopkey !== scope.shopKey || named.data.epoch !== scope.epoch) {
    return undefined;
  }
  const { subject, ver: version } = named.data;
  const changedAt = Number(BigInt(version) >> SEQUENCE_BITS);
  return { resource: of, entityId: subject, ver: version, ...windowOf(of, body, changedAt) };
}

/**
 * An order moves figures, and a product what its page shows, from its creation to its last change; the
 * others count on the days they name.
 */
function windowOf(of: Resource, body: unknown, changedAt: number): Pick<Gap, 'from' | 'through'> {
  const times = instantsIn(body, INSTANTS);
  // A line counts on the day of its statement before all: without it the day of its order is not the end.
  const isDated = of !== 'transaction' || instantsIn(body, STATEMENT_TIME).length > 0;
  if (times.length === 0 || !isDated || Math.max(...times) > changedAt) {
    return { from: 0, through: changedAt };
  }
  return {
    from: Math.min(...times),
    through: of === 'order' || of === 'product' ? changedAt : Math.max(...times),
  };
}

function instantsIn(body: unknown, names: readonly string[]): number[] {
  return typeof body === 'object' && body !== null
    ? names.map((name): unknown => Reflect.get(body, name)).filter(isInstant)
    : [];
}

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
