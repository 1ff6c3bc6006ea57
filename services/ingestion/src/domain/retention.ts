/** Two years, as the policy promises for data of a shop; counted from the earlier of event and fetch. */
export function expiryOf(occurredAt: Date, fetchedAt: Date): Date {
  const from = new Date(Math.min(occurredAt.getTime(), fetchedAt.getTime()));
  from.setUTCFullYear(from.getUTCFullYear() + 2);
  return from;
}

/** First local day that may still be kept. */
export function retentionCut(now: Date): string {
  const cut = new Date(now);
  cut.setUTCFullYear(cut.getUTCFullYear() - 2);
  return cut.toISOString().slice(0, 10);
}
