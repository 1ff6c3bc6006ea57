import { describe, expect, it } from '@jest/globals';
import { TOPICS } from '../topics.ts';
import { DATA_MAP, shopStores, storeEntry } from './data-map.ts';
import { CLAUSES } from './store-entry.ts';
import { STORE_IDS } from './stores.ts';

describe('data map', () => {
  it('names every store once and in order', () => {
    expect(Object.keys(DATA_MAP)).toEqual([...STORE_IDS]);
  });

  it('covers every topic that exists', () => {
    const patterns = Object.values(DATA_MAP).flatMap((entry) =>
      'topics' in entry.locator ? [...entry.locator.topics] : [],
    );
    const uncovered = TOPICS.filter(
      ({ name }) =>
        !patterns.some((pattern) =>
          pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
        ),
    );

    expect(uncovered).toEqual([]);
  });

  it('proves what it erases', () => {
    for (const id of shopStores()) {
      expect(storeEntry(id).verify).not.toBe('none');
    }
  });

  it('keeps nothing longer than its clause allows', () => {
    for (const id of STORE_IDS) {
      const entry = storeEntry(id);
      expect([id, entry.retentionDays <= CLAUSES[entry.clause].maxDays]).toEqual([id, true]);
    }
  });
});
