import { localDateOf, localHourStart, toUnits } from '@tokometrics/contracts';
import type { TransactionFact } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { between, pick } from '@tokometrics/testkit';
import type { Dice } from '@tokometrics/testkit';
import { factMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import type { Row } from './oracle.test-support.ts';

/** A line of a statement as it was read at `seq`. */
export interface VersionedLine {
  readonly seq: number;
  readonly fact: TransactionFact;
}

/** A line of a statement of which no two amounts are alike. */
export function statementLineOf(
  zone: string,
  at: string,
  change: Partial<TransactionFact> = {},
): TransactionFact {
  const statementTime = Date.parse(at) / 1000;
  return {
    ...{ statementId: 'S1', transactionId: 'T1', type: 'ORDER', currency: 'IDR' },
    localDate: localDateOf(zone, statementTime),
    statementTime,
    statementHour: localHourStart(zone, statementTime),
    ...{ orderId: '', orderLocalDate: null, adjustmentId: '', reserveStatus: '' },
    settlementAmount: '100.0001',
    revenueAmount: '250.02',
    shippingCostAmount: '-30.3',
    feeTaxAmount: '-44.4444',
    adjustmentAmount: '5.05',
    reserveAmount: '-66',
    refundSubtotal: '-7.7',
    refundSellerDiscount: '0.8',
    breakdown: { 'fee.platform_commission_amount': '-1' },
    ...change,
  };
}

export const lineMessage = (tenant: Tenant, { seq, fact }: VersionedLine): InMessage =>
  factMessage(tenant, 'transaction', fact.transactionId, fact, seq);

const amount = (dice: Dice): string =>
  `${pick(dice, ['', '-'])}${String(between(dice, 1, 9999))}.${String(between(dice, 1, 9999)).padStart(4, '0')}`;

const randomAmounts = (dice: Dice) => ({
  settlementAmount: amount(dice),
  revenueAmount: amount(dice),
  shippingCostAmount: amount(dice),
  feeTaxAmount: amount(dice),
  adjustmentAmount: amount(dice),
  reserveAmount: amount(dice),
  refundSubtotal: amount(dice),
  refundSellerDiscount: amount(dice),
});

const TURN_OF_YEAR = Date.parse('2025-12-30T00:00:00Z') / 1000;
const DAY = 86_400;

/**
 * Lines of statements about the turn of a year. Between the versions of a line its amounts, its type
 * and its currency change; its time may move to another day, its storage day stays that of the first
 * sight. The same transaction may stand on two statements, which are two lines then.
 */
export function randomLines(dice: Dice, tenant: Tenant, count: number): VersionedLine[] {
  const versions: VersionedLine[] = [];
  for (let n = 1; n <= count; n += 1) {
    const at = TURN_OF_YEAR + between(dice, 0, 4 * DAY);
    const first = statementLineOf(tenant.zone, new Date(at * 1000).toISOString(), {
      statementId: `S${String(between(dice, 1, 3))}`,
      transactionId: `T${String(between(dice, 1, Math.ceil(count * 0.9)))}`,
    });
    const { localDate, statementId, transactionId } = first;
    // An order's day before that of the statement, which this rollup has nothing to do with.
    const ofOrder = dice() < 0.7 ? { orderId: `O${String(n)}`, orderLocalDate: '2025-11-11' } : {};
    const isKnown = versions.some(
      ({ fact }) =>
        fact.statementId === statementId &&
        fact.transactionId === transactionId &&
        fact.localDate === localDate,
    );
    for (let seq = 1; !isKnown && seq <= between(dice, 1, 4); seq += 1) {
      const moved = at + pick(dice, [0, 0, DAY, -2 * DAY]);
      versions.push({
        seq,
        fact: {
          ...first,
          ...ofOrder,
          ...randomAmounts(dice),
          statementTime: moved,
          statementHour: localHourStart(tenant.zone, moved),
          type: pick(dice, ['ORDER', 'ORDER', 'ADJUSTMENT', 'RESERVE']),
          currency: pick(dice, ['IDR', 'IDR', 'USD']),
        },
      });
    }
  }
  return versions;
}

/**
 * What `finance_daily` has to be, by storage day, type and currency: of each line on a statement the
 * newest version counts, each amount in its own column, refunds positive when money went back.
 */
export function financeOf(versions: readonly VersionedLine[]): Map<string, Row> {
  const newest = new Map<string, VersionedLine>();
  for (const version of versions) {
    const { localDate, statementId, transactionId } = version.fact;
    const line = [localDate, statementId, transactionId].join('|');
    if (version.seq > (newest.get(line)?.seq ?? 0)) {
      newest.set(line, version);
    }
  }
  const rows = new Map<string, Row>();
  for (const { fact } of newest.values()) {
    const key = [fact.localDate, fact.type, fact.currency].join('|');
    const before = rows.get(key);
    const plus = (name: string, units: bigint) => (before?.[name] ?? 0n) + units;
    rows.set(key, {
      transactions: plus('transactions', 1n),
      settlement: plus('settlement', toUnits(fact.settlementAmount)),
      revenue: plus('revenue', toUnits(fact.revenueAmount)),
      shipping_cost: plus('shipping_cost', toUnits(fact.shippingCostAmount)),
      fee_tax: plus('fee_tax', toUnits(fact.feeTaxAmount)),
      adjustment: plus('adjustment', toUnits(fact.adjustmentAmount)),
      reserve: plus('reserve', toUnits(fact.reserveAmount)),
      refunds: plus('refunds', -toUnits(fact.refundSubtotal) - toUnits(fact.refundSellerDiscount)),
    });
  }
  return rows;
}
