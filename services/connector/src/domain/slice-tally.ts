import type { Resource } from '@tokometrics/contracts';
import type { BackfillPlan } from './backfill-plan.ts';
import type { SourcePage } from './shop-source.ts';
import type { CursorState } from './sync-cursor.ts';

export type Sent = Readonly<Partial<Record<Resource, number>>>;

/** What one slice has brought so far. */
export interface SliceTally {
  add(page: SourcePage, sent: Sent): void;
  /** Of this run through the slice: what its marker says. */
  records(resource: Resource): number;
  /** Of the whole history, this slice included, when all before it is saved in the state. */
  sums(state: CursorState): Pick<CursorState, 'done' | 'dependents'>;
}

/** `resumed`: the state that says how much of the slice was read before a restart. */
export function createSliceTally(
  plan: Pick<BackfillPlan, 'resources' | 'dependent'>,
  resumed?: CursorState,
): SliceTally {
  const records = new Map<Resource, number>();
  let rows = resumed === undefined ? 0 : resumed.done - resumed.doneBefore;
  let dependents = resumed === undefined ? 0 : resumed.dependents - resumed.dependentsBefore;
  return {
    add: (page, sent) => {
      for (const resource of plan.resources) {
        records.set(resource, (records.get(resource) ?? 0) + (sent[resource] ?? 0));
      }
      rows += page.rows.length;
      dependents += plan.dependent === undefined ? 0 : (sent[plan.dependent] ?? 0);
    },
    records: (resource) => records.get(resource) ?? 0,
    sums: ({ doneBefore, dependentsBefore }) => ({
      done: doneBefore + rows,
      dependents: dependentsBefore + dependents,
    }),
  };
}
