import type { TopicDef } from './messages.ts';

export const RUNGS = ['1m', '10m', '1h'] as const;
export type Rung = (typeof RUNGS)[number];

const DAY_MS = 86_400_000;
/** What waits or is parked is kept whole: as much as any topic of ours takes. */
const MAX_RECORD_BYTES = String(16 * 1024 * 1024);

export function retryTopic(group: string, rung: Rung): string {
  return `tm.retry.${group}.${rung}.v1`;
}

export function deadLetterTopic(group: string): string {
  return `tm.dlq.${group}.v1`;
}

function kept(name: string, partitions: number, days: number): TopicDef {
  return {
    name,
    partitions,
    // A segment rolls only on append and leaves only when closed: 6 h keeps "deleted after" true.
    config: {
      'cleanup.policy': 'delete',
      'max.message.bytes': MAX_RECORD_BYTES,
      'retention.ms': String(days * DAY_MS),
      'segment.ms': String(DAY_MS / 4),
    },
  };
}

/** What a group needs beside the topics it reads: a topic per rung (2 d) and the dead letters (14 d). */
export function groupTopics(group: string, partitions: number, withLadder: boolean): TopicDef[] {
  const rungs = withLadder ? RUNGS.map((rung) => kept(retryTopic(group, rung), partitions, 2)) : [];
  return [...rungs, kept(deadLetterTopic(group), partitions, 14)];
}

/** Puts the environment's prefix before topic and group names, and takes it off again. */
export interface Naming {
  physical(name: string): string;
  logical(name: string): string;
  isOurs(name: string): boolean;
}

export function createNaming(prefix: string): Naming {
  return {
    physical: (name) => `${prefix}${name}`,
    logical: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name),
    isOurs: (name) => name.startsWith(prefix),
  };
}
