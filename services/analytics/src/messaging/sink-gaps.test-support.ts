import { expect } from '@jest/globals';
import type { Resource } from '@tokometrics/contracts';
import type { Dice } from '@tokometrics/testkit';
import { isGap } from '../domain/chunk-entities.ts';
import type { Raised } from '../domain/completeness.ts';
import { COLUMNS } from '../domain/fact-rows.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import { entityKey } from '../domain/mended-gap.ts';
import type { Arrived, Entity, Missing } from '../domain/mended-gap.ts';
import type { Fact, Reading, Scope } from '../domain/read-fact.ts';
import type { KeyedRow, Tables } from './sink-world.fixture.ts';

/** A row of `gaps`. */
interface GapRow extends Missing {
  readonly resource: Resource;
  readonly isClosed: boolean;
}

/** What a reader was answered, and under which revision. */
interface Answer<T> {
  readonly revision: number;
  readonly said: T;
}

/** The kinds that these worlds have: where their rows are, and which rollups are made of them. */
const KINDS = {
  order: { table: 'orders', rolled: ['order'], inOrders: false },
  transaction: { table: 'finance_transactions', rolled: ['finance'], inOrders: true },
  product: { table: 'products', rolled: [], inOrders: false },
} as const;
const kindOf = (resource: Resource): (typeof KINDS)[keyof typeof KINDS] => {
  if (resource !== 'order' && resource !== 'transaction' && resource !== 'product') {
    throw new Error(`no world has a ${resource}`);
  }
  return KINDS[resource];
};

const scopeName = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;
const nameOf = (resource: Resource, entity: Entity): string => `${resource}:${entityKey(entity)}`;
/** The last part of every key is what gaps name. */
const idOf = ({ key }: Pick<KeyedRow, 'key'>): string => key.split('|').at(-1) ?? '';
const dayOf = ({ bucket }: KeyedRow): string => bucket.split(':').at(-1) ?? '';

/** What of a record is missing: as ingestion says it, or as the sink does where it refuses one. */
export function gapOf(read: Reading): Fact | undefined {
  if (read.kind === 'fact') {
    return isGap(read.fact) ? read.fact : undefined;
  }
  return read.kind === 'parked' ? read.gap : undefined;
}

/**
 * What the sink asks of gaps and rows, and a reader that looks on: it remembers figures and gaps apart, each
 * as long as the revision is the same.
 */
export function createGapWorld(dice: Dice, tables: Tables, isOpen: (scope: Scope) => boolean) {
  const revisions = new Map<string, { readonly scope: Scope; count: number }>();
  const gapped = new Set<string>();
  const figures = new Map<string, Answer<ReadonlyMap<string, bigint>>>();
  const gaps = new Map<string, Answer<readonly GapRow[]>>();

  const gapRows = (): GapRow[] =>
    tables.rowsOf('gaps').map(({ content }) => {
      const columns: readonly string[] = COLUMNS.gaps;
      const cells = content.split('\t');
      const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
      return {
        scope: { shopKey: cell('shop_key'), epoch: Number(cell('epoch')) },
        ...{ resource: cell('resource') as Resource, entityId: cell('entity_id') },
        ...{ fromS: Number(cell('from_s')), throughS: Number(cell('through_s')) },
        ...{ ver: BigInt(cell('ver')), isClosed: cell('closed') === '1' },
      };
    });
  const rowsOf = (table: BaseTable, { scope, entityId }: Entity): KeyedRow[] =>
    tables.rowsOf(table).filter((row) => row.scope === scopeName(scope) && idOf(row) === entityId);

  /** Which version of each entity the rollups of a connection have. */
  const rolledOf = (scope: Scope): ReadonlyMap<string, bigint> =>
    new Map(
      tables
        .buckets()
        .filter(([, bucket]) => bucket.startsWith(`${scopeName(scope)}:`))
        .flatMap(([rolled, bucket]) =>
          [...tables.rollup(rolled, bucket)].map(
            ([key, ver]) => [`${rolled} ${idOf({ key })}`, ver] as const,
          ),
        ),
    );
  const ask = <T>(held: Map<string, Answer<T>>, scope: Scope, count: number, read: () => T): T => {
    const known = held.get(scopeName(scope));
    const answer = known?.revision === count ? known : { revision: count, said: read() };
    held.set(scopeName(scope), answer);
    return answer.said;
  };
  const gapsOf = (scope: Scope, count: number): readonly GapRow[] =>
    ask(gaps, scope, count, () =>
      gapRows().filter((gap) => scopeName(gap.scope) === scopeName(scope)),
    );

  /** What is told of no more is in the figures that are shown beside it. */
  const expectThere = (gap: GapRow, shown: ReadonlyMap<string, bigint>): void => {
    const least = gap.ver - (gap.ver & 1n);
    const settled = rowsOf('order_settlements', gap).length > 0 ? ['settlement'] : [];
    const { table, rolled, inOrders } = kindOf(gap.resource);
    for (const kind of [...rolled, ...(inOrders ? settled : [])]) {
      const isThere = (shown.get(`${kind} ${gap.entityId}`) ?? -1n) >= least;
      expect({ gap, kind, isThere }).toEqual({ gap, kind, isThere: true });
    }
    const rows = rowsOf(table, gap);
    expect(rows.some(({ ver }) => ver >= least)).toBe(true);
  };

  return {
    raise: (scopes: readonly Raised[]): Scope[] => {
      for (const scope of scopes) {
        const name = scopeName(scope);
        revisions.set(name, { scope, count: (revisions.get(name)?.count ?? 0) + 1 });
        if (scope.isGapped === true) {
          gapped.add(name);
        }
      }
      return scopes.filter((scope) => gapped.has(scopeName(scope)));
    },
    openGaps: (resource: Resource, entities: readonly Entity[]): Missing[] => {
      const asked = new Set(entities.map((entity) => nameOf(resource, entity)));
      return gapRows().filter((gap) => !gap.isClosed && asked.has(nameOf(gap.resource, gap)));
    },
    arrived: (resource: Resource, missing: readonly Missing[]): Arrived[] =>
      missing.flatMap((gap) => {
        const { table, rolled, inOrders } = kindOf(resource);
        const rows = rowsOf(table, gap);
        const ver = rows.reduce((newest, row) => (row.ver > newest ? row.ver : newest), -1n);
        const days = rolled.length > 0 ? rows.map(dayOf) : [];
        const orderDays = inOrders ? rowsOf('order_settlements', gap).map(dayOf) : [];
        return rows.length === 0 ? [] : [{ ...gap, ver, days, orderDays }];
      }),
    /** Now and then; of figures alone, or of what is missing as well. */
    look: (): void => {
      for (const { scope, count } of revisions.values()) {
        const drawn = dice();
        if (drawn < 0.1) {
          // What is remembered goes in the end, each answer at its own time.
          gaps.delete(scopeName(scope));
        } else if (drawn < 0.4 && isOpen(scope)) {
          const isWhole = drawn < 0.2;
          const told = isWhole ? gapsOf(scope, count) : [];
          const shown = ask(figures, scope, count, () => rolledOf(scope));
          for (const gap of told.filter(({ isClosed }) => isClosed)) {
            expectThere(gap, shown);
          }
        }
      }
    },
    closed: (): number => gapRows().filter(({ isClosed }) => isClosed).length,
    /** What a reader is told to be missing in the end, of connections that are open. */
    shown: (): string[] =>
      [...revisions.values()]
        .filter(({ scope }) => isOpen(scope))
        .flatMap(({ scope, count }) => gapsOf(scope, count))
        .flatMap((gap) => (gap.isClosed ? [] : [nameOf(gap.resource, gap)]))
        .sort(),
  };
}

export type GapWorld = ReturnType<typeof createGapWorld>;

/** Missing in the end is that whose entity has no row as new, and nothing else. */
export function expectGapsExact(world: GapWorld, readings: readonly Reading[]): void {
  const newest = { missing: new Map<string, bigint>(), rows: new Map<string, bigint>() };
  for (const read of readings) {
    const gap = gapOf(read);
    const fact = gap ?? (read.kind === 'fact' ? read.fact : undefined);
    if (fact !== undefined) {
      const kind = newest[gap === undefined ? 'rows' : 'missing'];
      const name = nameOf(fact.resource, fact);
      const known = kind.get(name) ?? -1n;
      kind.set(name, fact.ver > known ? fact.ver : known);
    }
  }
  const open = [...newest.missing].flatMap(([name, ver]) =>
    (newest.rows.get(name) ?? -1n) < ver ? [name] : [],
  );
  expect(world.shown()).toEqual(open.sort());
}
