import { describe, expect, it } from '@jest/globals';
import { createLiveLine } from './live-line.ts';

const CONNECTING = 0;
const CLOSED = 2;
const news = { kind: 'sync.progress', shopKey: '01KAV5Z0000000000000000001' };

/** A browser's source, played by hand: it does what the standard says and no more. */
class PlayedSource extends EventTarget {
  readyState = CONNECTING;

  say(type: string, data: unknown = {}): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }

  fail(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = CLOSED;
  }
}

function setUp() {
  const sources: PlayedSource[] = [];
  const told: string[] = [];
  const waits: { readonly run: () => void; readonly ms: number }[] = [];
  const line = createLiveLine({
    connect: () => {
      const source = new PlayedSource();
      sources.push(source);
      return source as unknown as EventSource;
    },
    onNotice: ({ kind }) => void told.push(kind),
    onGap: () => void told.push('all'),
    schedule: (run, ms) => void waits.push({ run, ms }),
  });
  const newest = (): PlayedSource => sources.at(-1) ?? new PlayedSource();
  return { line, sources, told, waits, newest };
}

describe('createLiveLine', () => {
  it('hands on notices, and nothing that is none', () => {
    const { told, newest } = setUp();
    newest().say('sync.progress', news);
    newest().say('sync.progress', { kind: 'sync.progress', shopKey: 'x' });
    newest().dispatchEvent(new MessageEvent('invalidate', { data: '{' }));

    expect(told).toEqual(['sync.progress']);
  });

  it('has everything read where something was missed, or the session is over', () => {
    const { told, newest } = setUp();
    newest().say('reset');
    newest().say('session.ended');

    expect(told).toEqual(['all', 'all']);
  });

  it('leaves a broken line to the browser, which knows where to go on', () => {
    const { sources, told, waits, newest } = setUp();
    newest().fail(CONNECTING);
    newest().say('open');

    expect([sources.length, told.length, waits.length]).toEqual([1, 0, 0]);
  });

  it('comes back ever more slowly where the browser has given up, and reads all once it is back', () => {
    const { sources, told, waits, newest } = setUp();
    for (let each = 0; each < 6; each += 1) {
      newest().fail(CLOSED);
      waits.at(-1)?.run();
    }

    expect(waits.map(({ ms }) => ms / 1_000)).toEqual([5, 10, 20, 40, 60, 60]);
    expect(sources).toHaveLength(7);
    expect(told).toEqual([]);

    newest().say('open');
    newest().say('open');
    newest().fail(CLOSED);

    expect(told).toEqual(['all']);
    expect(waits.at(-1)?.ms).toBe(5_000);
  });

  it('stays away for newer windows until it is looked at again', () => {
    const { line, sources, told, waits, newest } = setUp();
    newest().say('displaced');
    const afterwards = newest().readyState;
    newest().fail(CLOSED);

    expect([afterwards, waits.length, sources.length]).toEqual([CLOSED, 0, 1]);

    line.wake();
    line.wake();
    newest().say('open');

    expect([sources.length, told]).toEqual([2, ['all']]);
  });

  it('opens no second line for a window that has one', () => {
    const { line, sources } = setUp();
    line.wake();

    expect(sources).toHaveLength(1);
  });

  it('reads everything after a while without a word, with a line or without', () => {
    const { line, told, newest } = setUp();
    line.tick();
    newest().say('sync.progress', news);
    line.tick();
    line.tick();
    newest().say('displaced');
    line.tick();

    expect(told).toEqual(['sync.progress', 'all', 'all']);
  });

  it('opens nothing any more once the page has left', () => {
    const { line, sources, waits, newest } = setUp();
    newest().fail(CLOSED);
    line.close();
    waits.at(-1)?.run();

    expect(sources).toHaveLength(1);
    expect(newest().readyState).toBe(CLOSED);
  });
});
