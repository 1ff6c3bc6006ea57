import type { Batch } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Runner from 'kafkajs/src/consumer/runner.js';

let isDropping = false;

/** The positions by which a batch was asked for: each generation has its own. */
const askedIn = new WeakMap<Batch, ConsumerGroup['offsetManager']>();

/** The group's generation in which the batch was asked for; undefined where nobody noted it. */
export const generationOf = (batch: Batch): number | undefined => askedIn.get(batch)?.generationId;

/**
 * kafkajs 2.2.4 asks every broker by itself. Where one of them leads a partition no more, the group is
 * joined anew while others are still being asked. All is read again from what is committed then, but a
 * reply from before the join moved the new position past what lies between, which nobody read. Here
 * such a reply moves nothing and reaches nobody: its records come again. A release of kafkajs other
 * than 2.2.4 needs a look at this file.
 */
export function dropStaleBatches(): void {
  if (isDropping) {
    return;
  }
  isDropping = true;

  const { fetch } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.fetch = async function fetchOfGeneration(nodeId) {
    // A join while kafkajs prepares the request makes it stale too: it is only asked once more.
    const generation = this.offsetManager;
    const batches = await fetch.call(this, nodeId);
    for (const batch of batches) {
      askedIn.set(batch, generation);
    }
    return batches;
  };

  // Not where the reply comes: its batches wait for those of other brokers, and a join may come meanwhile.
  const { handleBatch } = Runner.prototype;
  Runner.prototype.handleBatch = async function handleOfGeneration(batch) {
    if (askedIn.get(batch) === this.consumerGroup.offsetManager) {
      await handleBatch.call(this, batch);
    }
  };
}
