import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from './resources.ts';
import { backfillTwin, factTopic, groupsOfLane, rawTopic, TOPICS } from './topics.ts';

describe('groupsOfLane', () => {
  it('names the groups as they have committed: under another name all would be read again', () => {
    expect(groupsOfLane('live').map(({ group }) => group)).toEqual([
      'ingestion',
      ...['analytics-order', 'analytics-product', 'analytics-statement', 'analytics-transaction'],
      ...['analytics-payment', 'analytics-inventory', 'analytics-unsettled'],
    ]);
    expect(groupsOfLane('history').map(({ group }) => group)).toEqual(
      groupsOfLane('live').map(({ group }) => `${group}-bf`),
    );
  });

  it('has every data topic in one group of its own lane', () => {
    const live = groupsOfLane('live').flatMap(({ topics }) => topics);
    const history = groupsOfLane('history').flatMap(({ topics }) => topics);

    expect([...live].sort()).toEqual(
      RESOURCES.flatMap((of) => [rawTopic(of), factTopic(of)]).sort(),
    );
    expect(history).toEqual(live.map(backfillTwin));
    const known = TOPICS.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining([...live, ...history]));
  });
});
