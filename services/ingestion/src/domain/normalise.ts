import type {
  InventoryFact,
  OrderFact,
  PaymentFact,
  ProductFact,
  RawInventory,
  RawOrder,
  RawPayment,
  RawProduct,
  RawStatement,
  RawTransaction,
  RawUnsettled,
  Resource,
  StatementFact,
  TransactionFact,
  UnsettledFact,
} from '@tokometrics/contracts';
import { normaliseStatement, normaliseTransaction } from './normalise-finance.ts';
import { normaliseInventory } from './normalise-inventory.ts';
import { normaliseOrder } from './normalise-order.ts';
import { normalisePayment } from './normalise-payment.ts';
import { normaliseProduct } from './normalise-product.ts';
import { normaliseUnsettled } from './normalise-unsettled.ts';
import { Rejected } from './rejected.ts';
import type { ShopZone } from './shop-zone.ts';

export type Fact =
  | OrderFact
  | ProductFact
  | StatementFact
  | TransactionFact
  | PaymentFact
  | InventoryFact
  | UnsettledFact;

export interface RawBodies {
  order: RawOrder;
  product: RawProduct;
  statement: RawStatement;
  transaction: RawTransaction;
  payment: RawPayment;
  inventory: RawInventory;
  unsettled: RawUnsettled;
}

/** One check per resource, compiled once; answers false where the body does not fit. */
export type Validators = { readonly [R in Resource]: (body: unknown) => body is RawBodies[R] };

export interface NormaliseInput {
  readonly resource: Resource;
  readonly body: unknown;
  readonly zone: ShopZone;
  /** Epoch seconds of the fetch. */
  readonly seenAt: number;
}

/** Validated body → fact. Throws `Rejected` for data that no retry can mend. */
export function normalise(
  validators: Validators,
  { resource, body, zone, seenAt }: NormaliseInput,
): Fact {
  if (resource === 'order' && validators.order(body)) {
    return normaliseOrder(body, zone);
  }
  if (resource === 'product' && validators.product(body)) {
    return normaliseProduct(body, zone, seenAt);
  }
  if (resource === 'statement' && validators.statement(body)) {
    return normaliseStatement(body, zone);
  }
  if (resource === 'transaction' && validators.transaction(body)) {
    return normaliseTransaction(body, zone);
  }
  if (resource === 'payment' && validators.payment(body)) {
    return normalisePayment(body, zone);
  }
  if (resource === 'inventory' && validators.inventory(body)) {
    return normaliseInventory(body, zone, seenAt);
  }
  if (resource === 'unsettled' && validators.unsettled(body)) {
    return normaliseUnsettled(body, zone, seenAt);
  }
  throw new Rejected('schema');
}

/** The day that decides retention: bucket of orders and finance, day of the fetch for products and stock. */
export function bucketOf(fact: Fact): string {
  return 'localDate' in fact ? fact.localDate : fact.seenDate;
}

/** Keeps the bucket of the first sight: what is stored under a day never moves to another. */
export function keepBucket(fact: Fact, localDate: string): Fact {
  return 'localDate' in fact ? { ...fact, localDate } : fact;
}
