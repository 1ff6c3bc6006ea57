import { describe, expect, it } from '@jest/globals';
import { createUsageTracker, pageOf } from './usage-tracker.ts';
import type { Visit } from './usage-tracker.ts';

const START = Date.parse('2026-11-23T12:00:00.000Z');

function aWindow() {
  let nowMs = START;
  const sent: Visit[][] = [];
  const prepared = { times: 0 };
  const tracker = createUsageTracker({
    now: () => nowMs,
    prepare: () => {
      prepared.times += 1;
    },
    send: (visits) => {
      sent.push(visits);
      return Promise.reject(new Error('nobody is there'));
    },
  });
  return {
    ...{ tracker, sent, prepared },
    wait: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}
const told = (visits: readonly Visit[] = []) =>
  visits.map(({ page, feature, seconds }) => [page, feature ?? null, seconds]);

describe('usage of a window', () => {
  it('is told when the window goes out of sight: pages with their time, features with their page', () => {
    const { tracker, sent, wait } = aWindow();
    tracker.enter('/overview');
    wait(12.4);
    tracker.use('proof');
    wait(3);
    tracker.enter('/today');
    wait(2);
    tracker.hide();

    expect(told(sent[0])).toEqual([
      ['/overview', 'proof', 0],
      ['/overview', null, 15],
      ['/today', null, 2],
    ]);
    expect(sent[0]?.[1]?.enteredAt).toBe('2026-11-23T12:00:00.000Z');
  });

  it('counts no time while nobody can see the window', () => {
    const { tracker, sent, wait } = aWindow();
    tracker.enter('/overview');
    wait(5);
    tracker.hide();
    wait(3_600);
    tracker.show();
    wait(7);
    tracker.hide();
    tracker.hide();

    expect(sent.map(told)).toEqual([[['/overview', null, 5]], [['/overview', null, 7]]]);
  });

  it('is one visit, however often the filters of a page change', () => {
    const { tracker, sent, wait } = aWindow();
    tracker.enter('/overview');
    wait(1);
    tracker.enter('/overview');
    wait(1);
    tracker.hide();

    expect(sent.map(told)).toEqual([[['/overview', null, 2]]]);
  });

  it('is sent in between when much has come together, and never twice', () => {
    const { tracker, sent } = aWindow();
    for (let round = 0; round < 3; round += 1) {
      tracker.enter('/overview');
      tracker.enter('/today');
    }
    tracker.hide();

    expect(sent.map(({ length }) => length)).toEqual([5, 1]);
  });

  it('tells nothing of other pages', () => {
    const { tracker, sent, prepared, wait } = aWindow();
    tracker.enter(pageOf('/login'));
    tracker.use('proof');
    wait(9);
    tracker.hide();
    tracker.show();
    tracker.hide();

    expect([sent, prepared.times]).toEqual([[], 0]);
    tracker.enter('/today');
    expect(prepared.times).toBe(1);
    expect(pageOf('/orders/$orderId')).toBe('/orders/$orderId');
    expect(pageOf('/orders/576352000000536365')).toBeUndefined();
    expect(pageOf(undefined)).toBeUndefined();
  });
});
