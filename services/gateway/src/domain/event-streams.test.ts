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
  const displaced: string[] = [];
  const client = (merchantId = 'm1', sessionId = 's1', name = ''): StreamClient => ({
    merchantId,
    sessionId,
    send: (event) => received.push(event),
    close: () => undefined,
    displace: () => displaced.push(`${sessionId} ${name}`),
  });
  const progress = (shopKey: string) =>
    streams.publish({ kind: 'sync.progress', shopKey } as never);
  return { streams, received, displaced, client, progress, advance: (ms: number) => (nowMs += ms) };
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

  it('gives the place of the oldest window of a session to the sixth', () => {
    const { streams, received, displaced, client, progress } = setup();
    streams.add(client('m1', 's2', 'other session'), undefined);
    for (const name of ['1', '2', '3', '4', '5', '6', '7']) {
      streams.add(client('m1', 's1', name), undefined);
    }
    progress(mine);

    expect(displaced).toEqual(['s1 1', 's1 2']);
    expect(received).toHaveLength(6);
  });

  it('knows a window by its last id again, without any event in between', () => {
    const { streams, received, client, progress, advance } = setup();
    progress(theirs);
    const standing = streams.lastId();
    advance(6 * 60_000);
    progress(mine);
    streams.add(client(), standing);

    expect(received.map((event) => event.type)).toEqual(['sync.progress']);
  });
});
