import type { GrantState } from '../domain/sandbox-state.ts';
import type { Scope } from '../domain/scopes.ts';
import type { Shop } from '../domain/shop.ts';
import { TiktokFault } from '../domain/fault-table.ts';
import type { UnknownField } from '../domain/unknown-fields.ts';

/** A call that passed the gate. */
export interface ApiCall {
  readonly now: number;
  readonly grant: GrantState;
  /** Those of the grant, in a fixed order. */
  readonly shops: readonly Shop[];
  readonly shop: Shop | undefined;
  /** The path with its names, which page tokens are bound to. */
  readonly path: string;
  readonly ids: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly unknownField: UnknownField | undefined;
  readonly pageKey: string;
  /** How a last page says that it is the last, or that it never is. */
  readonly paging: {
    readonly last: 'empty' | 'absent';
    readonly fault: 'endless' | 'repeated' | undefined;
    readonly nonce: number;
  };
}

/** Either a plain value or JSON text, where building the value would cost too much. */
type ApiData = { readonly value: unknown } | { readonly text: string };

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{version}` matches one of `versions`; other braces are ids. */
  readonly path: string;
  readonly versions: readonly string[];
  readonly scope: Scope;
  readonly isShopScoped: boolean;
  /** Whether a client that only reads what it shows may call it. */
  readonly isListed: boolean;
  /** Names of query and body parameters that the document names. */
  readonly parameters: readonly string[];
  handle(call: ApiCall): ApiData | Promise<ApiData>;
}

export function shopOf(call: ApiCall): Shop {
  if (call.shop === undefined) {
    throw new TiktokFault('missingCipher');
  }
  return call.shop;
}
