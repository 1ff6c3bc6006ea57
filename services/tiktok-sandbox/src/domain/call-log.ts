interface LoggedCall {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  /** Ids in the path are replaced by their names. */
  readonly path: string;
  /** The address as it was called, without credentials, signature and time. */
  readonly target: string;
  /** Undefined where it is longer than any call needs. */
  readonly body: string | undefined;
  readonly shop: string | null;
  readonly scope: string | null;
  readonly code: number;
  readonly status: number;
  readonly requestId: string;
  readonly isViolation: boolean;
  readonly undocumented: readonly string[];
}

const KEPT = 50_000;

export interface CallLog {
  add(call: Omit<LoggedCall, 'seq'>): void;
  list(after: number, limit: number): LoggedCall[];
  violations(): LoggedCall[];
  counters(): { total: number; violations: number; byCode: Record<string, number> };
  clear(): void;
}

/** The last calls in full and counts of all of them; violations are never dropped. */
export function createCallLog(): CallLog {
  let calls: LoggedCall[] = [];
  let violations: LoggedCall[] = [];
  let total = 0;
  const byCode = new Map<string, number>();
  return {
    add: (call) => {
      total += 1;
      const logged = { seq: total, ...call };
      calls.push(logged);
      if (calls.length > 2 * KEPT) {
        calls = calls.slice(-KEPT);
      }
      if (call.isViolation) {
        violations.push(logged);
      }
      byCode.set(String(call.code), (byCode.get(String(call.code)) ?? 0) + 1);
    },
    list: (after, limit) => calls.filter(({ seq }) => seq > after).slice(0, limit),
    violations: () => [...violations],
    counters: () => ({
      total,
      violations: violations.length,
      byCode: Object.fromEntries(byCode),
    }),
    clear: () => {
      calls = [];
      violations = [];
      total = 0;
      byCode.clear();
    },
  };
}
