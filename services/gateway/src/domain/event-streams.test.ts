import { describe, expect, it } from '@jest/globals';
import { createEventStreams } from './event-streams.ts';
import type { ServerEvent, StreamClient } from './event-streams.ts';

const mine = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const theirs = '01J8Z3K4M5N6P7Q8R9S0T1V2W4';

function setup() {
  let nowMs = 0;
  const streams = createEventStreams({
    ownerOf: (shopKey) => ({ merchantId: shopKey === mine ? 'm1' : 'm2' }) as never,
    nowMs: () => nowMs,
    firstId: 100,
  });
  const received: ServerEvent[] = [];
  const client = (merchantId = 'm1', sessionId = 's1'): StreamClient => ({
    merchantId,
    sessionId,
    send: (event) => received.push(event),
    close: () => undefined,
  });
  const progress = (shopKey: string) =>
    streams.publish({ kind: 'sync.progress', shopKey } as never);
  return { streams, received, client, progress, advance: (ms: number) => (nowMs += ms) };
}

describe('event streams', () => {
  it('tells a merchant of own shops alone', () => {
    const { streams, received, client, progress } = setup();
    streams.add(client(), undefined);

    progress(theirs);
    progress(mine);

    expect(received.map((event) => event.data)).toEqual([
      JSON.stringify({ kind: 'sync.progress', shopKey: mine }),
    ]);
  });

  it('catches up with whoever comes back within five minutes', () => {
    const { streams, received, client, progress } = setup();
    progress(mine);
    progress(theirs);
    progress(mine);

    streams.add(client(), 100);

    expect(received.map((event) => event.id)).toEqual([102]);
  });

  it('asks for a whole reading where the gap is too old or from another time', () => {
    const { streams, received, client, progress, advance } = setup();
    progress(mine);
    advance(6 * 60_000);
    progress(mine);
    progress(mine);

    streams.add(client('m1', 's1'), 99);
    streams.add(client('m1', 's2'), 5_000);

    expect(received.map((event) => event.type)).toEqual(['reset', 'reset']);
  });

  it('keeps nothing of a shop that is forgotten', () => {
    const { streams, received, client, progress } = setup();
    progress(mine);
    progress(mine);
    streams.forget(mine);

    streams.add(client(), 101);

    expect(received.filter((event) => event.data.includes(mine))).toEqual([]);
  });

  it('refuses the sixth window of a session', () => {
    const { streams, client } = setup();
    const answers = Array.from({ length: 6 }, () => streams.add(client(), undefined));

    expect(answers).toEqual([true, true, true, true, true, false]);
  });
});
