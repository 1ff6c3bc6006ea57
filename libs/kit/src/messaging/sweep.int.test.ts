import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestKafka } from '../testing/kafka.ts';
import type { Producer, SweepOptions } from './options.ts';

const { kafka } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

async function fill(topic: string, texts: readonly string[], partitions = 2): Promise<void> {
  await kafka.ensureTopics([{ name: topic, partitions }]);
  await producer.send(
    texts.map((text, n) => ({ topic, value: Buffer.from(text), partition: n % partitions })),
  );
}

/** One run; answers with what it was given. */
async function sweepOf(
  topic: string,
  change: Partial<SweepOptions> = {},
  onText: (text: string) => Promise<void> | void = () => undefined,
): Promise<string[]> {
  const seen: string[] = [];
  await kafka.sweep({
    ...{ group: `sweep:${topic}::`, topic, again: false },
    signal: new AbortController().signal,
    onBatch: async (messages) => {
      for (const { value } of messages) {
        await onText(String(value));
      }
      seen.push(...messages.map(({ value }) => String(value)));
    },
    ...change,
  });
  return seen.toSorted();
}

const TEXTS = Array.from({ length: 40 }, (_, n) => `r${String(n).padStart(2, '0')}`);

describe('a sweep', () => {
  it('reads to the present end, and the next one goes on there', async () => {
    await fill('goes-on', TEXTS);

    const first = await sweepOf('goes-on');
    const second = await sweepOf('goes-on');
    await fill('goes-on', ['late']);
    const third = await sweepOf('goes-on');

    expect(first).toEqual(TEXTS);
    expect(second).toEqual([]);
    expect(third).toEqual(['late']);
  }, 60_000);

  it('takes nothing that is written meanwhile: it would never end', async () => {
    // More than one fetch takes: the last of them brings the new record too.
    const large = ['r00', 'r01', 'r02', 'r03'].map((text) => text.padEnd(600_000, '.'));
    await fill('meanwhile', large, 1);

    const seen = await sweepOf('meanwhile', {}, async (text) => {
      if (text.startsWith('r00')) {
        await fill('meanwhile', ['new'], 1);
      }
    });

    expect(seen.map((text) => text.slice(0, 3))).toEqual(['r00', 'r01', 'r02', 'r03']);
    expect(await sweepOf('meanwhile')).toEqual(['new']);
  }, 60_000);

  it('fails with what its batch failed with, and repeats that batch the next time', async () => {
    await fill('fails', TEXTS, 1);
    const failure = new Error('vault is away');

    await expect(
      sweepOf('fails', {}, (text) => (text === 'r30' ? Promise.reject(failure) : undefined)),
    ).rejects.toBe(failure);

    expect(await sweepOf('fails')).toContain('r30');
  }, 60_000);

  it('begins anew when it is told to', async () => {
    await fill('again', TEXTS);
    await sweepOf('again');

    expect(await sweepOf('again', { again: true })).toEqual(TEXTS);
    expect(await sweepOf('again')).toEqual([]);
  }, 60_000);

  it('refuses to run beside another one, and ends when its caller wishes', async () => {
    await fill('alone', TEXTS);
    const stopping = new AbortController();
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const first = sweepOf('alone', { signal: stopping.signal }, async () => {
      begun();
      await new Promise((resolve) => setTimeout(resolve, stopping.signal.aborted ? 0 : 1_000));
    });
    first.catch(() => undefined);
    await hasBegun;

    await expect(sweepOf('alone')).rejects.toMatchObject({ details: { reason: 'sweep.running' } });
    stopping.abort();

    await expect(first).rejects.toMatchObject({ details: { reason: 'sweep.stopped' } });
    expect((await sweepOf('alone')).length).toBeGreaterThan(0);
  }, 120_000);

  it('leaves no member behind', async () => {
    await fill('leaves', TEXTS);
    await sweepOf('leaves');

    const [group] = await admin.describeGroups(['sweep:leaves::']);
    expect(group?.members).toEqual([]);
  }, 60_000);
});
