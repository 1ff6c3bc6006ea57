import { describe, expect, it } from '@jest/globals';
import { vaultPath } from './vault-path.ts';

describe('vault paths', () => {
  it('join plain names', () => {
    expect(vaultPath('tiktok', '01JD0000000000000000000000', 'a_1-b')).toBe(
      'tiktok/01JD0000000000000000000000/a_1-b',
    );
  });

  it.each(['..', '.', '', 'a/b', 'a%2e', 'a?x', 'a#x', 'a&#x2F;b', 'a//b', ' a', 'a\n', '-a', 'ä'])(
    'refuse the segment %j',
    (segment) => {
      expect(() => vaultPath('tiktok', segment)).toThrow('vault path segment refused');
    },
  );

  it('never repeat a refused segment in the error', () => {
    expect(() => vaultPath('secret?token=1')).toThrow(/^vault path segment refused$/);
  });
});
