import { rowAmountsAt, statementTime, type LedgerRow, type OrderRow } from './ledger.ts';
import { DAY_S, HOUR_S } from './zone-time.ts';

interface StatementSums {
  readonly revenue: number;
  readonly shipping: number;
  readonly fees: number;
  readonly adjustment: number;
  readonly settlement: number;
  /** Kept back (negative) or given back; it goes into the payment, not into the settlement. */
  readonly reserve: number;
}

export interface Statement extends StatementSums {
  readonly id: string;
  readonly day: number;
  readonly time: number;
  readonly rows: readonly LedgerRow[];
  readonly payment: Payment | undefined;
}

export interface Payment {
  readonly id: string;
  /** Settlement and reserve of all statements that it covers. */
  readonly amount: number;
  readonly settlement: number;
  readonly reserve: number;
  /** What the payment's own record says too little: such records are not repaired, only served. */
  readonly misreported: number;
  readonly createTime: number;
  readonly paidTime: number;
}

export interface Finance {
  readonly rows: readonly LedgerRow[];
  /** By day, ascending; each is visible from its time on and never changes after. */
  readonly statements: readonly Statement[];
  readonly payments: readonly Payment[];
  readonly statementById: ReadonlyMap<string, Statement>;
  /** Rows of one order by its id, in the order of their statements. */
  readonly rowsOfOrder: ReadonlyMap<string, readonly OrderRow[]>;
}

export interface FinanceIds {
  readonly statementId: (day: number) => string;
  readonly paymentId: (day: number) => string;
}

export interface PaymentPlan {
  /** By the day of the statement that brings the payment about. */
  readonly misreported: (day: number) => number;
}

const AT_LAST = Number.POSITIVE_INFINITY;

/** Everything of a statement happened before its time, so its sums are those of the end of time. */
export function buildFinance(
  rows: readonly LedgerRow[],
  ids: FinanceIds,
  plan: PaymentPlan | undefined,
): Finance {
  const byDay = new Map<number, LedgerRow[]>();
  for (const row of rows) {
    if (rowAmountsAt(row, AT_LAST) !== undefined) {
      const rowsOfDay = byDay.get(row.day) ?? [];
      rowsOfDay.push(row);
      byDay.set(row.day, rowsOfDay);
    }
  }
  const days = [...byDay.keys()].sort((a, b) => a - b);
  const sums = days.map((day) => sumRows(byDay.get(day) ?? []));
  const { payments, covering } =
    plan === undefined
      ? { payments: [], covering: new Map<number, Payment>() }
      : planPayments(days, sums, { ...ids, ...plan });
  const statements = days.map((day, index) => ({
    ...(sums[index] ?? sumRows([])),
    id: ids.statementId(day),
    day,
    time: statementTime(day),
    rows: byDay.get(day) ?? [],
    payment: covering.get(day),
  }));
  return {
    rows,
    statements,
    payments,
    statementById: new Map(statements.map((statement) => [statement.id, statement])),
    rowsOfOrder: groupByOrder(rows),
  };
}

function groupByOrder(rows: readonly LedgerRow[]): Map<string, OrderRow[]> {
  const groups = new Map<string, OrderRow[]>();
  for (const row of rows) {
    if (row.kind === 'order') {
      const group = groups.get(row.order.id) ?? [];
      group.push(row);
      groups.set(row.order.id, group);
    }
  }
  return groups;
}

function sumRows(rows: readonly LedgerRow[]): StatementSums {
  const sum = { revenue: 0, shipping: 0, fees: 0, adjustment: 0, settlement: 0, reserve: 0 };
  for (const row of rows) {
    const amounts = rowAmountsAt(row, AT_LAST);
    if (amounts !== undefined) {
      sum.revenue += amounts.revenue;
      sum.shipping += amounts.shipping;
      sum.fees += amounts.fees;
      sum.adjustment += amounts.adjustment;
      sum.settlement += amounts.settlement;
      sum.reserve += amounts.reserve;
    }
  }
  return sum;
}

/** One payment as soon as what is unpaid is more than nothing; debts wait for later statements. */
function planPayments(
  days: readonly number[],
  sums: readonly StatementSums[],
  plan: FinanceIds & PaymentPlan,
): { payments: Payment[]; covering: Map<number, Payment> } {
  const payments: Payment[] = [];
  const covering = new Map<number, Payment>();
  let settlement = 0;
  let reserve = 0;
  let open: number[] = [];
  days.forEach((day, index) => {
    settlement += sums[index]?.settlement ?? 0;
    reserve += sums[index]?.reserve ?? 0;
    open.push(day);
    if (settlement + reserve > 0) {
      const time = statementTime(day);
      const payment = {
        id: plan.paymentId(day),
        amount: settlement + reserve,
        settlement,
        reserve,
        misreported: plan.misreported(day),
        createTime: time + 6 * HOUR_S,
        paidTime: time + DAY_S,
      };
      payments.push(payment);
      for (const covered of open) {
        covering.set(covered, payment);
      }
      open = [];
      settlement = 0;
      reserve = 0;
    }
  });
  return { payments, covering };
}
