import type { z } from 'zod';
import type { Shop } from '../domain/shop.ts';
import { findShop, type ControlDeps } from './control-deps.ts';

/** Answered as it stands: a person or a test asked for what cannot be. */
export class ControlRefusal extends Error {
  override readonly name = 'ControlRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ControlCall<B> {
  readonly body: B;
  readonly params: Readonly<Record<string, string | string[]>>;
  readonly query: URLSearchParams;
}

export interface ControlRoute {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly body: z.ZodType | undefined;
  handle(deps: ControlDeps, call: ControlCall<unknown>): unknown;
}

type Handle = (deps: ControlDeps, call: ControlCall<unknown>) => unknown;

/** Binds a body schema to the handler that gets its output. */
export function post<S extends z.ZodType>(
  path: string,
  body: S,
  handle: (deps: ControlDeps, call: ControlCall<z.output<S>>) => unknown,
): ControlRoute {
  return {
    method: 'post',
    path,
    body,
    handle: (deps, call) => handle(deps, { ...call, body: body.parse(call.body) }),
  };
}

export function get(path: string, handle: Handle): ControlRoute {
  return { method: 'get', path, body: undefined, handle };
}

export function remove(path: string, handle: Handle): ControlRoute {
  return { method: 'delete', path, body: undefined, handle };
}

export function shopNamed(deps: ControlDeps, call: ControlCall<unknown>): Shop {
  const name = call.params['shop'];
  const shop = typeof name === 'string' ? findShop(deps.world, name) : undefined;
  if (shop === undefined) {
    throw new ControlRefusal(404, 'no such shop');
  }
  return shop;
}
