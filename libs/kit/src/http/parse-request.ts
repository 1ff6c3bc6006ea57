import type { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';
import { JsonFault, parseStrictJson, toPointer } from '../json.ts';

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}

interface Given {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

interface Parsed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** All faults of a request are told at once; a part without a schema must be empty. */
export function parseRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  schemas: Schemas<P, Q, B>,
  empty: z.ZodType,
  given: Given,
): Parsed<P, Q, B> {
  const params = parsePart(schemas.params, empty, given.params);
  const query = parsePart(schemas.query, empty, given.query);
  const body = parsePart(schemas.body, empty, given.body);
  if (params.ok && query.ok && body.ok) {
    return { params: params.data, query: query.data, body: body.data };
  }
  throw invalidRequest([params, query, body].flatMap((part) => (part.ok ? [] : part.faults)));
}

type Part<S extends z.ZodType> =
  | { readonly ok: true; readonly data: z.output<S> }
  | { readonly ok: false; readonly faults: readonly FieldError[] };

function parsePart<S extends z.ZodType>(
  schema: S | undefined,
  empty: z.ZodType,
  value: unknown,
): Part<S> {
  const result = (schema ?? empty).safeParse(value, { reportInput: true });
  if (result.success && isOutputOf(schema, result.data)) {
    return { ok: true, data: result.data };
  }
  return { ok: false, faults: (result.error?.issues ?? []).flatMap(toFieldErrors) };
}

/** An absent schema stands for the empty shape, which is also the default of the type parameter. */
function isOutputOf<S extends z.ZodType>(_of: S | undefined, _data: unknown): _data is z.output<S> {
  return true;
}

const MAX_FAULTS = 20;

function invalidRequest(errors: readonly FieldError[]): AppError {
  return new AppError('request.invalid', 'the request does not fit what is documented', {
    details: { errors: errors.slice(0, MAX_FAULTS) },
  });
}

// A schema may name its own reason: `z.string().refine(…, 'date.after_to')`.
const REASON = /^[a-z_]+(\.[a-z_]+)+$/;

const REASONS: Readonly<Record<string, string>> = {
  invalid_type: 'value.type',
  too_big: 'value.too_big',
  too_small: 'value.too_small',
  invalid_format: 'value.format',
  not_multiple_of: 'value.step',
  invalid_union: 'value.choice',
  invalid_value: 'value.choice',
  invalid_key: 'key.invalid',
};

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const pointer = safePointer(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: safePointer([...issue.path, key]),
      reason: 'key.unknown',
    }));
  }
  if (REASON.test(issue.message)) {
    return [{ pointer, reason: issue.message }];
  }
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return [
    { pointer, reason: isMissing ? 'value.missing' : (REASONS[issue.code] ?? 'value.invalid') },
  ];
}

const ORDINARY_KEY = /^[\w.-]{1,64}$/;

/** Keys come from the client: one that is not a plain name is left out of the answer. */
function safePointer(path: readonly PropertyKey[]): string {
  const end = path.findIndex((part) => !ORDINARY_KEY.test(String(part)));
  return toPointer(end === -1 ? path : path.slice(0, end));
}

/** A parameter given twice reads differently in different parsers, so it is refused. */
export function parseQuery(url: string): Record<string, string> {
  const start = url.indexOf('?');
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(start === -1 ? '' : url.slice(start + 1))) {
    if (values.has(name) || name === '__proto__') {
      const reason = name === '__proto__' ? 'key.unknown' : 'parameter.repeated';
      throw invalidRequest([{ pointer: safePointer([name]), reason }]);
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

const FAULT_REASONS = {
  syntax: 'json.syntax',
  duplicate: 'key.repeated',
  depth: 'json.too_deep',
  prototype: 'key.unknown',
} as const;

export function parseJsonBody(bytes: Buffer): unknown {
  try {
    return parseStrictJson(decodeUtf8(bytes));
  } catch (error) {
    if (error instanceof JsonFault) {
      const pointer = safePointer(error.pointer.split('/').slice(1));
      throw invalidRequest([{ pointer, reason: FAULT_REASONS[error.kind] }]);
    }
    throw error;
  }
}

function decodeUtf8(bytes: Buffer): string {
  try {
    // Without `ignoreBOM` a byte order mark, which JSON does not allow, would vanish here.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonFault('syntax');
  }
}
