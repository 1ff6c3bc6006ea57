import type { Stored } from './bucket-sums.ts';
import type { Sums } from './sums.ts';
import type { Weights } from './proof.ts';

export interface ProductFigureParams {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly productId: string;
}

export interface ProductFigure {
  readonly sums: Sums;
  readonly stored: Stored | undefined;
}

export interface RankingParams extends Weights {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
  readonly from: string;
  readonly to: string;
  readonly bySale: 0 | 1;
  /** Rows of this currency only; empty: all, for counts. */
  readonly currency: string;
  readonly isFirst: 0 | 1;
  readonly afterValue: string;
  readonly afterUnits: string;
  readonly afterProduct: string;
  readonly limit: number;
}

export interface RankedProduct {
  readonly productId: string;
  readonly value: string;
  readonly units: string;
  /** Sum of the value over all products of the ranking. */
  readonly all: string;
}
