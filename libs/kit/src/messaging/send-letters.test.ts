import { describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import type { OutMessage } from './messages.ts';
import { toDeadLetter } from './retry-ladder.ts';
import { isTaken, sendLetters } from './send-letters.ts';

const letterOf = (id: string, bodyBytes: number, key = id): Promise<OutMessage> =>
  toDeadLetter(
    'group',
    {
      ...{ topic: 'origin.v1', partition: 2, offset: '7', timestamp: 0 },
      ...{ key, value: Buffer.from('body'), headers: { ce_id: id } },
    },
    'schema',
    () => Promise.resolve(Buffer.alloc(bodyBytes)),
  );

const tooLarge = new AppError('request.too_large', 'a record is larger than its topic takes');

/** Refuses a call whose largest record is over the limit, with nothing of the call written. */
function senderWithLimit(maxBytes: number) {
  const taken: OutMessage[] = [];
  return {
    taken,
    send: (batch: readonly OutMessage[]): Promise<void> => {
      const sizes = batch.map(({ value, key }) => (value?.length ?? 0) + (key?.length ?? 0));
      if (Math.max(...sizes) > maxBytes) {
        return Promise.reject(tooLarge);
      }
      taken.push(...batch);
      return Promise.resolve();
    },
  };
}

describe('sending dead letters', () => {
  it('sends the one that is too large without its body, and all others with theirs', async () => {
    const letters = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((id) => letterOf(id, id === 'd' ? 200 : 10)),
    );
    const sender = senderWithLimit(100);

    await sendLetters(sender, letters);

    const summary = sender.taken.map(({ key, value, headers }) => [
      ...[key, value?.length, headers?.['tm_body'], headers?.['tm_reason']],
      headers?.['ce_id'],
    ]);
    expect(summary).toEqual([
      ['a', 10, 'sealed', 'schema', 'a'],
      ['b', 10, 'sealed', 'schema', 'b'],
      ['c', 10, 'sealed', 'schema', 'c'],
      ['d', undefined, 'none', 'schema', 'd'],
      ['e', 10, 'sealed', 'schema', 'e'],
    ]);
    expect(sender.taken[3]?.value).toBeNull();
    // SHA-256 of the body that the record had, so that it can be told which one it was.
    expect(sender.taken[3]?.headers).toMatchObject({
      tm_body_length: '4',
      tm_body_sha256: '230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5',
    });
  });

  it('sends what is too large even so with its origin, reason and digest alone', async () => {
    const sender = senderWithLimit(100);

    await sendLetters(sender, [await letterOf('a', 10, 'k'.repeat(200))]);

    expect(sender.taken).toEqual([
      {
        topic: 'tm.dlq.group.v1',
        value: null,
        headers: {
          tm_origin_topic: 'origin.v1',
          tm_origin_partition: '2',
          tm_origin_offset: '7',
          tm_reason: 'schema',
          tm_body: 'none',
          tm_body_length: '4',
          tm_body_sha256: '230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5',
        },
      },
    ]);
  });

  it.each([1, 3])('passes every other failure on, and keeps the bodies of %i', async (count) => {
    const away = new AppError('upstream.unavailable', 'kafka');
    const sizes: number[] = [];
    const letters = await Promise.all(Array.from({ length: count }, () => letterOf('a', 10)));

    const sent = sendLetters(
      {
        send: (batch) => {
          sizes.push(batch.length);
          return Promise.reject(away);
        },
      },
      letters,
    );

    await expect(sent).rejects.toBe(away);
    expect(sizes).toEqual([count]);
  });

  it('passes a failure on that comes while the body is left out', async () => {
    const away = new AppError('upstream.unavailable', 'kafka');
    const sizes: (number | undefined)[] = [];
    const send = (batch: readonly OutMessage[]): Promise<void> => {
      sizes.push(batch[0]?.value?.length);
      return Promise.reject(sizes.length === 1 ? tooLarge : away);
    };

    await expect(sendLetters({ send }, [await letterOf('a', 10)])).rejects.toBe(away);
    expect(sizes).toEqual([10, undefined]);
  });

  it('says of a record whether its topic takes it', async () => {
    const sender = senderWithLimit(100);

    expect(await isTaken(sender, await letterOf('a', 10))).toBe(true);
    expect(await isTaken(sender, await letterOf('a', 200))).toBe(false);
  });
});
