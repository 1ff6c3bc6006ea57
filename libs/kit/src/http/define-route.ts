import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Passport } from '../passports.ts';
import { parseRequest } from './parse-request.ts';
import { Reply } from './reply.ts';

export type RouteMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** `'any'`: every signed-in account. A list is never empty: that would let nobody in. */
export interface RoleAuth {
  readonly roles: readonly string[] | 'any';
  /** The password was proved a short time ago, see `Passport.freshUntil`. */
  readonly fresh?: boolean;
}
export type RouteAuth = 'anonymous' | RoleAuth;

export interface NoAudit {
  readonly noAudit: string;
}
export type RouteAudit = { readonly action: string } | NoAudit;

/** A route that leaves no audit line says why. */
export function noAudit(reason: string): NoAudit {
  return { noAudit: reason };
}

export interface RateLimit {
  readonly max: number;
  readonly windowSeconds: number;
}

export interface RouteResponse<S extends z.ZodType = z.ZodType> {
  readonly status: number;
  readonly schema: S;
}

/** For 204: `response: noContent`. */
export const noContent = { status: 204, schema: z.undefined() } as const;

/** An anonymous route that is sent a passport gets it verified; it is undefined only there. */
export type PassportFor<A extends RouteAuth> = A extends 'anonymous'
  ? Passport | undefined
  : Passport;

export interface RouteContext<P = unknown, Q = unknown, B = unknown, W = Passport | undefined> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly passport: W;
  readonly clientIp: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Names of headers that were sent more than once; `headers` keeps but one value of some. */
  readonly repeatedHeaders: ReadonlySet<string>;
  readonly log: Logger;
  readonly traceId: string;
  /** The bytes as they came; only for `raw` routes. */
  readonly rawBody: Buffer | undefined;
  setHeader(name: string, value: string | readonly string[]): void;
}

type EmptyShape = z.ZodType<Record<string, never>>;

export interface RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
  A extends RouteAuth,
> {
  readonly method: RouteMethod;
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: RouteResponse<R>;
  /** Other statuses that `reply` may use with a body. */
  readonly alternatives?: readonly RouteResponse[];
  /** What the handler may throw; `impliedErrors` are added by kit. */
  readonly errors: readonly ErrorCode[];
  readonly auth: A;
  readonly audit: RouteAudit;
  /** Per session, else per address; counted in this process. */
  readonly rateLimit?: RateLimit;
  /** Bytes; default 1 MiB. */
  readonly bodyLimit?: number;
  /** The body stays bytes (`rawBody`), of any media type. */
  readonly raw?: boolean;
  /** A public answer: this `Cache-Control` instead of `no-store`, and an ETag. */
  readonly cacheControl?: string;
  handle(
    context: RouteContext<z.output<P>, z.output<Q>, z.output<B>, PassportFor<A>>,
  ): z.input<R> | Reply | Promise<z.input<R> | Reply>;
}

/** What comes in, before any schema has seen it. */
export interface RawRequest extends Omit<RouteContext, 'params' | 'query' | 'body'> {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Route {
  readonly method: RouteMethod;
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly hasBody: boolean;
  readonly response: RouteResponse;
  readonly alternatives: readonly RouteResponse[];
  /** Complete: a code outside of this list never leaves. */
  readonly errors: readonly ErrorCode[];
  readonly auth: RouteAuth;
  readonly audit: RouteAudit;
  readonly rateLimit: RateLimit | undefined;
  readonly bodyLimit: number;
  readonly raw: boolean;
  readonly cacheControl: string | undefined;
  /** Parses the request strictly and calls the handler. */
  run(request: RawRequest): Promise<Reply>;
}

export const DEFAULT_BODY_LIMIT = 1024 * 1024;

const emptyShape: EmptyShape = z.strictObject({});

export function defineRoute<
  R extends z.ZodType,
  const A extends RouteAuth,
  P extends z.ZodType = EmptyShape,
  Q extends z.ZodType = EmptyShape,
  B extends z.ZodType = EmptyShape,
>(spec: RouteSpec<P, Q, B, R, A>): Route {
  assertSound(spec);
  const { params = emptyShape, query = emptyShape, body = emptyShape } = spec;
  const raw = spec.raw ?? false;
  return {
    method: spec.method,
    path: spec.path,
    summary: spec.summary,
    params,
    query,
    body,
    hasBody: raw || spec.body !== undefined,
    response: spec.response,
    alternatives: spec.alternatives ?? [],
    errors: [...new Set([...spec.errors, ...impliedErrors(spec)])],
    auth: spec.auth,
    audit: spec.audit,
    rateLimit: spec.rateLimit,
    bodyLimit: spec.bodyLimit ?? DEFAULT_BODY_LIMIT,
    raw,
    cacheControl: spec.cacheControl,
    async run(request) {
      const parsed = parseRequest<P, Q, B>(spec, emptyShape, request);
      const { passport } = request;
      if (!isPassportFor(spec.auth, passport)) {
        throw new TypeError('a signed-in route was run without a passport');
      }
      const result = await spec.handle({ ...request, ...parsed, passport });
      return result instanceof Reply ? result : new Reply(spec.response.status, result, {});
    },
  };
}

function isPassportFor<A extends RouteAuth>(
  auth: A,
  passport: Passport | undefined,
): passport is PassportFor<A> {
  return auth === 'anonymous' || passport !== undefined;
}

/** What kit itself answers on a route of this shape, whatever the handler does. */
export function impliedErrors(spec: {
  readonly auth: RouteAuth;
  readonly rateLimit?: RateLimit | undefined;
}): ErrorCode[] {
  return [
    'request.invalid',
    'request.method',
    'request.too_large',
    'request.media_type',
    'server.overloaded',
    'upstream.unavailable',
    'internal',
    ...(spec.auth === 'anonymous' ? [] : (['auth.forbidden'] as const)),
    'auth.required',
    ...(spec.rateLimit === undefined ? [] : (['rate.limited'] as const)),
  ];
}

/** Mistakes in a declaration stop the service at its start, not a request later on. */
function assertSound(spec: {
  readonly path: string;
  readonly params?: z.ZodType;
  readonly raw?: boolean;
  readonly body?: z.ZodType;
  readonly auth: RouteAuth;
}): void {
  const named = [...spec.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '').sort();
  const shape = spec.params instanceof z.ZodObject ? Object.keys(spec.params.shape).sort() : [];
  if (named.join() !== shape.join()) {
    throw new TypeError(`route ${spec.path}: params schema and path name different parameters`);
  }
  if (spec.raw === true && spec.body !== undefined) {
    throw new TypeError(`route ${spec.path}: a raw body has no schema`);
  }
  const roles = spec.auth === 'anonymous' ? 'any' : spec.auth.roles;
  if (roles !== 'any' && roles.length === 0) {
    throw new TypeError(`route ${spec.path}: no role may call it; 'any' means every account`);
  }
}
