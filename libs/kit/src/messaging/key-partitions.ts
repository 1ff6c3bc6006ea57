import kafkajs from 'kafkajs';
import type { ICustomPartitioner } from 'kafkajs';

const MAX_KNOWN = 10_000;

/** kafkajs's own choice, computed once for each key: a page of records has one key. */
export const createKeyPartitioner: ICustomPartitioner = () => {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const known = new Map<string, number>();
  return (args) => {
    const { message, partitionMetadata } = args;
    const { key } = message;
    if (message.partition !== undefined || typeof key !== 'string') {
      return choose(args);
    }
    // A topic's partitions may grow in number; the choice depends on nothing else of it.
    const name = `${String(partitionMetadata.length)}:${key}`;
    const partition = known.get(name) ?? choose(args);
    if (known.size >= MAX_KNOWN) {
      known.clear();
    }
    known.set(name, partition);
    return partition;
  };
};
