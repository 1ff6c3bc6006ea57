import { describe, expect, it } from '@jest/globals';
import { createProgressNotices } from './publish-progress.ts';

function aWire() {
  const sent: string[] = [];
  const timers: (() => void)[] = [];
  let nowMs = 0;
  const notices = createProgressNotices({
    send: (shopKey) => {
      sent.push(`${shopKey}@${String(nowMs)}`);
      return Promise.resolve();
    },
    monotonicMs: () => nowMs,
    setTimer: (callback) => timers.push(callback),
  });
  const pass = (ms: number): void => {
    nowMs += ms;
    timers.splice(0).forEach((callback) => {
      callback();
    });
  };
  return { ...notices, sent, pass };
}

describe('createProgressNotices', () => {
  it('says the first change at once, and the last within a second', () => {
    const { note, pass, sent } = aWire();

    for (const shop of ['a', 'a', 'b', 'a']) {
      note(shop);
    }
    pass(1_000);

    expect(sent).toEqual(['a@0', 'b@0', 'a@1000']);
  });

  it('says nothing once it was stopped, not even what waited', async () => {
    const { note, stop, pass, sent } = aWire();
    note('a');
    note('a');

    await stop();
    pass(1_000);
    note('b');

    expect(sent).toEqual(['a@0']);
  });
});
