export { sha256Hex } from './ids.ts';

export type JsonFaultKind = 'syntax' | 'duplicate' | 'depth' | 'prototype';

/** Says what is wrong with a JSON text and where, never what it holds. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly kind: JsonFaultKind;
  readonly pointer: string;

  constructor(kind: JsonFaultKind, pointer = '') {
    super(`JSON refused: ${kind}`);
    this.kind = kind;
    this.pointer = pointer;
  }
}

/** RFC 8785: one text per value. Refuses what JSON cannot hold instead of dropping it in silence. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value === 'number') {
    return canonicalNumber(value);
  }
  if (typeof value === 'string') {
    return canonicalString(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => canonicalJson(item)).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${canonicalString(key)}:${canonicalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError('canonical JSON: only plain JSON values have a canonical form');
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new TypeError('canonical JSON: a number must be finite');
  }
  return JSON.stringify(value);
}

function canonicalString(value: string): string {
  // JSON.stringify would escape a lone surrogate; RFC 8785 forbids it.
  if (/\p{Surrogate}/u.test(value)) {
    throw new TypeError('canonical JSON: a string must be well-formed Unicode');
  }
  return JSON.stringify(value);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

// Where a number may begin, followed by more digits than a double surely holds. Digits inside a
// string can match too; that only costs the slower way. Two patterns take half the time of one.
const LONG_INTEGER = /[:[,\s]-?\d{16}/;
const ONLY_LONG_INTEGER = /^-?\d{16}/;
const INTEGER = /^-?\d+$/;

/** As JSON.parse, but an integer beyond 2^53 becomes the string of its digits. */
export function parseLosslessJson(text: string): unknown {
  const reviver = LONG_INTEGER.test(text) || ONLY_LONG_INTEGER.test(text) ? keepDigits : undefined;
  try {
    const value: unknown = JSON.parse(text, reviver);
    return value;
  } catch {
    // The engine's message quotes the text, so it is not carried along.
    throw new JsonFault('syntax');
  }
}

function keepDigits(_key: string, value: unknown, ...rest: readonly unknown[]): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) {
    return value;
  }
  const source = sourceOf(rest[0]);
  return source !== undefined && INTEGER.test(source) ? source : value;
}

function sourceOf(context: unknown): string | undefined {
  const hasSource = typeof context === 'object' && context !== null && 'source' in context;
  return hasSource && typeof context.source === 'string' ? context.source : undefined;
}

/**
 * For requests: a key given twice, `__proto__` and nesting beyond `maxDepth` are refused, since each
 * reads differently in different parsers.
 */
export function parseStrictJson(text: string, maxDepth = 32): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonFault('syntax');
  }
  assertStrict(text, maxDepth);
  return value;
}

interface Level {
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** One pass over a text that is known to be valid JSON. */
function assertStrict(text: string, maxDepth: number): void {
  const levels: Level[] = [];
  let expectsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      levels.push({ keys: token === '{' ? new Set() : undefined, key: '', index: 0 });
      if (levels.length > maxDepth) {
        throw new JsonFault('depth');
      }
      expectsKey = token === '{';
    } else if (token === '}' || token === ']') {
      levels.pop();
      expectsKey = false;
    } else if (token === ',' && level !== undefined) {
      level.index += 1;
      expectsKey = level.keys !== undefined;
    } else if (expectsKey && token !== ':') {
      noteKey(levels, token);
      expectsKey = false;
    }
  }
}

function noteKey(levels: readonly Level[], token: string): void {
  const level = levels.at(-1);
  const keys = level?.keys;
  if (level === undefined || keys === undefined) {
    return;
  }
  const key = String(JSON.parse(token));
  level.key = key;
  if (key === '__proto__') {
    throw new JsonFault('prototype', pointerOf(levels.slice(0, -1)));
  }
  if (keys.has(key)) {
    throw new JsonFault('duplicate', pointerOf(levels));
  }
  keys.add(key);
}

function pointerOf(levels: readonly Level[]): string {
  return toPointer(levels.map((level) => (level.keys === undefined ? level.index : level.key)));
}

/** RFC 6901. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** JSON of a record's body, or undefined where it is none: a verdict on the record, not a fault. */
export function jsonOf(body: Buffer | null): unknown {
  try {
    return body === null ? undefined : JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
