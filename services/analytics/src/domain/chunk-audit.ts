/** Whether a chunk has other content than an earlier one of its bounds, or was read twice in one generation. */
export const DOUBTS = ['other_content', 'read_twice'] as const;
type Doubt = (typeof DOUBTS)[number];

/** Records of a log whose counts cannot all be true. Nothing mends them: somebody has to look. */
export interface DoubtfulChunk {
  readonly doubt: Doubt;
  readonly topic: string;
  readonly partition: number;
  /** Decimal text, both inclusive. */
  readonly minOffset: string;
  readonly maxOffset: string;
}
