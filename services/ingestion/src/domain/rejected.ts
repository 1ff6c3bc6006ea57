/** Why a record can't become a fact. A closed set: it becomes a label and a dead letter's reason. */
export type RejectReason = 'schema' | 'range' | 'currency' | 'time';

/** Thrown by the normalisers for data that no retry can mend; the record is parked, sealed. */
export class Rejected extends Error {
  readonly reason: RejectReason;

  constructor(reason: RejectReason) {
    super(`record refused: ${reason}`);
    this.name = 'Rejected';
    this.reason = reason;
  }
}
