import { z } from 'zod';
import { FAULT_NAMES } from './fault-table.ts';

const FAULT_KINDS = [
  'rate_limit',
  'rate_limit_retry_after',
  'internal',
  'timeout',
  'answer',
  'slow',
  'truncated_json',
  'html_503',
  'drop',
  'endless_page_token',
  'repeated_page_token',
  'clock_skew',
  'expired_token',
] as const;

export const faultOrder = z.strictObject({
  /** Part of `METHOD /path/template`, for example `orders/search`; `*` is every call. */
  match: z.string().min(1).default('*'),
  /** Only calls that ask for pages of this size; a count of all is a page of one row. */
  page_size: z.number().int().min(1).optional(),
  kind: z.enum(FAULT_KINDS),
  /** How many calls it strikes. */
  count: z.number().int().min(1).default(1),
  /** How many matching calls it lets pass first. */
  after: z.number().int().min(0).default(0),
  /** With `answer`: any row of TikTok's table of errors by its name here. */
  name: z.enum(FAULT_NAMES).default('internal'),
  delay_ms: z.number().int().min(0).max(120_000).default(5_000),
  retry_after_s: z.number().int().min(0).default(2),
  skew_s: z.number().int().default(600),
});
export type FaultOrder = z.infer<typeof faultOrder>;

interface PlannedFault extends FaultOrder {
  readonly id: number;
  struck: number;
}

interface StrikableCall {
  readonly method: string;
  /** The route's template. */
  readonly path: string;
  /** As it stands in the query; undefined where there is none. */
  readonly pageSize?: string | undefined;
}

export interface FaultPlan {
  add(order: FaultOrder): PlannedFault;
  clear(): void;
  list(): readonly PlannedFault[];
  /** Called once for each call: what strikes this one. */
  strike(call: StrikableCall): readonly FaultOrder[];
}

export function createFaultPlan(): FaultPlan {
  let planned: PlannedFault[] = [];
  let nextId = 1;
  return {
    add: (order) => {
      const fault = { ...order, id: nextId, struck: 0 };
      nextId += 1;
      planned.push(fault);
      return fault;
    },
    clear: () => {
      planned = [];
    },
    list: () => planned,
    strike: (call) => {
      const striking: FaultOrder[] = [];
      for (const fault of planned) {
        if (!isMeant(fault, call)) {
          continue;
        }
        if (fault.after > 0) {
          fault.after -= 1;
        } else if (fault.struck < fault.count) {
          fault.struck += 1;
          striking.push(fault);
        }
      }
      return striking;
    },
  };
}

function isMeant(fault: FaultOrder, { method, path, pageSize }: StrikableCall): boolean {
  return (
    (fault.match === '*' || `${method} ${path}`.includes(fault.match)) &&
    (fault.page_size === undefined || String(fault.page_size) === pageSize)
  );
}
