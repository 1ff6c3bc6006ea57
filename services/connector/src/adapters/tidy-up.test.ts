import { describe, expect, it } from '@jest/globals';
import { createMemoryLog } from '@tokometrics/testkit';
import { createTidyUp } from './tidy-up.ts';

describe('createTidyUp', () => {
  it('says the first failure of a row and its end, and lets no failure out', async () => {
    const { log, lines } = createMemoryLog();
    const tidyUp = createTidyUp(log);
    const works = () => Promise.resolve();
    const fails = () => Promise.reject(new Error('away'));

    for (const work of [works, fails, fails, works, works, fails]) {
      await tidyUp('inbox', work);
    }
    await tidyUp('tokens', fails);

    expect(lines().map(({ what, msg }) => `${String(what)}: ${String(msg)}`)).toEqual([
      'inbox: tidying up failed; it is tried again by itself',
      'inbox: tidying up works again',
      'inbox: tidying up failed; it is tried again by itself',
      'tokens: tidying up failed; it is tried again by itself',
    ]);
  });
});
