/** What became of a record. Every record has exactly one fate: that is what makes the counts add up. */
export type Fate =
  | 'stored'
  /** Its event is in the archive already, with these very bytes. */
  | 'duplicate'
  /** As the entity's newest version has it: nothing to keep. */
  | 'unchanged'
  | 'marker'
  | 'fenced'
  | 'expired'
  | 'parked';

export interface TopicCounts {
  readonly topic: string;
  readonly consumed: number;
  readonly byFate: ReadonlyMap<Fate, number>;
}

/** Per topic. A record without a fate would break conservation, so it throws. */
export function countsOf<M extends { readonly topic: string }>(
  messages: readonly M[],
  fates: ReadonlyMap<M, Fate>,
): TopicCounts[] {
  const counts = new Map<string, { consumed: number; byFate: Map<Fate, number> }>();
  for (const message of messages) {
    const fate = fates.get(message);
    if (fate === undefined) {
      throw new Error('a record of a chunk has no fate');
    }
    const ofTopic = counts.get(message.topic) ?? { consumed: 0, byFate: new Map<Fate, number>() };
    ofTopic.consumed += 1;
    ofTopic.byFate.set(fate, (ofTopic.byFate.get(fate) ?? 0) + 1);
    counts.set(message.topic, ofTopic);
  }
  return [...counts].map(([topic, ofTopic]) => ({ topic, ...ofTopic }));
}
