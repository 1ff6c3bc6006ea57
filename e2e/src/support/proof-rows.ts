import { proofReply } from '@tokometrics/contracts';
import type { ProofReply } from '@tokometrics/contracts';
import type { Merchant } from './merchant.ts';

export interface ProofRows {
  /** What each row adds to the number, as decimal text. */
  readonly contributions: readonly string[];
  readonly sum: string;
  readonly count: number;
}

/** All pages of a proof; every page says itself that it makes the number. */
export async function readProof(merchant: Merchant, query: string): Promise<ProofRows> {
  const contributions: string[] = [];
  let cursor: string | null = null;
  let sum = '0';
  let count = 0;
  do {
    const next = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: ProofReply = await merchant.get(
      `/metrics/proof?${query}&limit=200${next}`,
      proofReply,
    );
    contributions.push(...page.items.map((row) => row.contribution));
    if (page.difference !== '0') {
      throw new Error(`the rows of ${query} differ from their number by ${page.difference}`);
    }
    ({ sum, rows: count } = page);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { contributions, sum, count };
}
