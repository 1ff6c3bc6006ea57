import { askDpo } from './erasure.fixture.ts';

/** What each entry of the ledger says, in its order: the request, what happened, where, and the evidence. */
export async function ledgerFacts(): Promise<string[]> {
  const file = await askDpo('/v1/admin/privacy/ledger.ndjson', true);
  const entries = file
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { entry: Record<string, unknown> });
  return entries.map(({ entry }) =>
    [entry['requestId'], entry['type'], entry['storeId'] ?? '', entry['evidence']].join('|'),
  );
}
