import { describe, expect, it } from '@jest/globals';
import { metaOf } from '../../api/reply.fixture.ts';
import { againstText } from './against-text.ts';

const SHOP = '01KAV5Z0000000000000000001';
const { window } = metaOf(SHOP, []);
const march = { ...window, from: '2026-03-01', to: '2026-04-01' };
const february = { from: '2026-02-01', to: '2026-03-01' };

describe('againstText', () => {
  it('names the range that a figure is compared with', () => {
    expect(againstText({ window: march, compare: february }, { lengthMismatch: false })).toBe(
      'vs 1 Feb – 28 Feb 2026',
    );
    expect(againstText({ window: march, compare: null }, { lengthMismatch: false })).toBe('');
  });

  it.each([
    [march, 'vs 1 Feb – 28 Feb 2026, 31 days against 28'],
    [{ ...march, to: '2026-03-02' }, 'vs 1 Feb – 28 Feb 2026, 1 day against 28'],
  ])('says how many days stand against how many where they differ', (of, text) => {
    expect(againstText({ window: of, compare: february }, { lengthMismatch: true })).toBe(text);
  });
});
