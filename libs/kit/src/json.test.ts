import { describe, expect, it } from '@jest/globals';
import { canonicalJson, JsonFault, parseLosslessJson, parseStrictJson, toPointer } from './json.ts';

describe('canonicalJson', () => {
  it('agrees with the examples of RFC 8785', () => {
    const sample = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    const sorting = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };

    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect([...canonicalJson(sorting).matchAll(/:"([^"]*)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('leaves out absent members and writes -0 as 0', () => {
    expect(canonicalJson({ b: undefined, a: -0 })).toBe('{"a":0}');
    expect(canonicalJson(Object.assign(Object.create(null), { z: 1 }))).toBe('{"z":1}');
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a lone surrogate', '\ud800'],
    ['a key with a lone surrogate', { '\udc00': 1 }],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('parseLosslessJson', () => {
  it('keeps the digits of integers beyond 2^53, wherever they stand', () => {
    const text =
      '{"id":576486316948490001,"list":[-9223372036854775808, 7],"s":"576486316948490001"}';

    expect(parseLosslessJson(text)).toEqual({
      id: '576486316948490001',
      list: ['-9223372036854775808', 7],
      s: '576486316948490001',
    });
    expect(parseLosslessJson('9007199254740993')).toBe('9007199254740993');
  });

  it('leaves safe integers and fractions as numbers', () => {
    expect(parseLosslessJson('[9007199254740991,1.5,1e3,12345678901234567.5]')).toEqual([
      9007199254740991, 1.5, 1000, 12345678901234567.5,
    ]);
  });

  it('does not quote the text that it refuses', () => {
    expect(faultOf(() => parseLosslessJson('{"token":canary}'))).toEqual(['syntax', '']);
    expect(() => parseLosslessJson('{"token":canary}')).not.toThrow('canary');
  });
});

describe('parseStrictJson', () => {
  it('accepts ordinary JSON, also with equal keys on different levels', () => {
    const text = '{"a":{"a":[{"a":1},{"a":"{\\"a\\":,[}"}]},"b":"a","c":["a","a"]}';

    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1,"a":2}', 'duplicate', '/a'],
    ['{"a":1,"\\u0061":2}', 'duplicate', '/a'],
    ['{"x":[0,{"b":{},"c":[],"b":1}]}', 'duplicate', '/x/1/b'],
    ['{"__proto__":{"admin":true}}', 'prototype', ''],
    ['{"a":{"\\u005f_proto__":1}}', 'prototype', '/a'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'depth', ''],
    ['{"a":1', 'syntax', ''],
    ['', 'syntax', ''],
  ])('refuses %s', (text, kind, pointer) => {
    expect(faultOf(() => parseStrictJson(text))).toEqual([kind, pointer]);
  });

  it('takes 32 levels', () => {
    expect(() => parseStrictJson(`${'['.repeat(32)}${']'.repeat(32)}`)).not.toThrow();
  });

  it('survives a depth bomb', () => {
    expect(faultOf(() => parseStrictJson('['.repeat(200_000)))).toEqual(['syntax', '']);
    const closed = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(faultOf(() => parseStrictJson(closed))).toEqual(['depth', '']);
  });
});

describe('toPointer', () => {
  it('escapes as RFC 6901 says', () => {
    expect(toPointer(['a/b', 'm~n', 0])).toBe('/a~1b/m~0n/0');
  });
});

function faultOf(run: () => unknown): [string, string] {
  try {
    run();
  } catch (error) {
    if (error instanceof JsonFault) {
      return [error.kind, error.pointer];
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}
