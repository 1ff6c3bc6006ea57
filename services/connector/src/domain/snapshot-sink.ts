import type { Marker, Origin, Resource } from '@tokometrics/contracts';
import type { Json } from './pick-fields.ts';

export interface Reading {
  readonly resource: Resource;
  readonly origin: Origin;
  readonly seq: number;
  readonly fetchedAt: number;
}

/** Where the rows of one shop go. Each call resolves once every replica of the log holds them. */
export interface SnapshotSink {
  publish(reading: Reading, rows: readonly Json[]): Promise<void>;
  mark(marker: Omit<Marker, 'part' | 'parts'>, origin: Origin): Promise<void>;
}

/** The shop was erased or disconnected while its data was under way: its work ends in silence. */
export class ScopeClosed extends Error {
  override readonly name = 'ScopeClosed';

  constructor() {
    super('the shop’s connection is closed');
  }
}
