import { badParameter } from '../domain/fault-table.ts';
import { readPageToken, writePageToken, type Cursor } from '../domain/page-token.ts';
import type { ApiCall } from './api-call.ts';

export interface ListQuery<T> {
  /** All rows that the filters let through. */
  readonly rows: readonly T[];
  readonly valueOf: (row: T) => number;
  readonly idOf: (row: T) => string;
  readonly sort: 'ASC' | 'DESC';
  readonly pageSize: number;
}

export interface Page<T> {
  readonly rows: T[];
  readonly total: number;
  /** `{}` where the last page leaves the key out. */
  readonly next: { next_page_token?: string };
}

interface Keyed<T> extends Cursor {
  readonly row: T;
}

/** A page by key and not by position: rows that come or move meanwhile are neither lost nor doubled. */
export function takePage<T>(call: ApiCall, query: ListQuery<T>): Page<T> {
  const scope = scopeOf(call);
  const cursor = cursorOf(call, scope);
  const sign = query.sort === 'ASC' ? 1 : -1;
  const compare = (a: Cursor, b: Cursor): number =>
    sign * (a.value - b.value || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const left: Keyed<T>[] = [];
  for (const row of query.rows) {
    const keyed = { value: query.valueOf(row), id: query.idOf(row), row };
    if (cursor === undefined || compare(keyed, cursor) > 0) {
      left.push(keyed);
    }
  }
  left.sort(compare);
  const taken = left.slice(0, query.pageSize);
  const last = taken.at(-1);
  const hasMore = left.length > taken.length;
  return {
    rows: taken.map(({ row }) => row),
    total: query.rows.length,
    next: nextToken(call, scope, hasMore ? last : undefined, last ?? cursor),
  };
}

function nextToken(
  call: ApiCall,
  scope: string,
  next: Cursor | undefined,
  here: Cursor | undefined,
): { next_page_token?: string } {
  const { fault, last, nonce } = call.paging;
  if (fault === 'repeated') {
    const given = call.query.get('page_token');
    const token = given ?? writePageToken(call.pageKey, scope, here ?? { value: 0, id: '' });
    return { next_page_token: token };
  }
  const cursor = next ?? (fault === 'endless' ? (here ?? { value: 0, id: '' }) : undefined);
  if (cursor === undefined) {
    return last === 'empty' ? { next_page_token: '' } : {};
  }
  const freshness = fault === 'endless' ? nonce : 0;
  return { next_page_token: writePageToken(call.pageKey, scope, cursor, freshness) };
}

const NOT_BOUND = new Set([
  'page_token',
  'page_size',
  'sign',
  'timestamp',
  'app_key',
  'access_token',
]);

function scopeOf(call: ApiCall): string {
  const query = [...call.query].filter(([key]) => !NOT_BOUND.has(key)).sort();
  const body = Object.entries(call.body).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([call.path, call.ids, call.shop?.facts.id ?? '', query, body]);
}

function cursorOf(call: ApiCall, scope: string): Cursor | undefined {
  const token = call.query.get('page_token');
  if (token === undefined) {
    return undefined;
  }
  const cursor = readPageToken(call.pageKey, scope, token);
  if (cursor === undefined) {
    throw badParameter(
      'page_token',
      'not a token of this query',
      'the next_page_token of this query',
    );
  }
  return cursor;
}
