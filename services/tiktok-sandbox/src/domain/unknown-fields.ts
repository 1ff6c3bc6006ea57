import { fnv1a32 } from './hash.ts';

/** A value that no document names, so that clients prove they tolerate it; one per object. */
export type UnknownField = (depth: number) => readonly [string, unknown];

const VALUES: readonly unknown[] = ['sandbox', 42, { nested: true }];

/** In one of ten answers, by the request id. */
export function unknownFieldsOf(requestId: string, isOn: boolean): UnknownField | undefined {
  const hash = fnv1a32(requestId);
  if (!isOn || hash % 10 !== 0) {
    return undefined;
  }
  return (depth) => [`x_sandbox_unknown_${String(depth)}`, VALUES[(hash + depth) % VALUES.length]];
}

/** The same value with one unknown field in each of its objects. */
export function withUnknown(
  value: unknown,
  unknownField: UnknownField | undefined,
  depth: number,
): unknown {
  if (unknownField === undefined || typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => withUnknown(item, unknownField, depth));
  }
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    withUnknown(inner, unknownField, depth + 1),
  ]);
  return Object.fromEntries([...entries, unknownField(depth)]);
}
