import { describe, expect, it } from '@jest/globals';
import { breaksBetween, breaksOfHistory } from './compatibility.ts';

const text = { type: 'string' };
const whole = { type: 'integer', minimum: 0, maximum: 10 };
const object = (properties: object, required: readonly string[] = [], more: object = {}) => ({
  ...{ type: 'object', properties, required },
  ...more,
});
const map = (additionalProperties: unknown) => ({ type: 'object', additionalProperties });
const maybe = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const kindOf = (kind: string, more: object = {}) =>
  object({ kind: { type: 'string', const: kind }, ...more }, ['kind']);

describe('a schema that follows another', () => {
  it.each<[string, unknown, unknown]>([
    ['is the same, in another order', { type: 'string', maxLength: 3 }, { maxLength: 3, ...text }],
    ['has other words', { ...text, description: 'a' }, { ...text, description: 'b', title: 'c' }],
    ['has an optional property more', object({ a: text }), object({ a: text, b: whole })],
    [
      'has one more within a property and within the elements of a list',
      object({ a: object({}), b: { type: 'array', items: object({}) } }),
      object({ a: object({ c: text }), b: { type: 'array', items: object({ c: text }) } }),
    ],
    [
      'has an optional property with a default',
      object({}),
      object({ a: { default: 1, ...whole } }),
    ],
    [
      'has a property more that its map could have had',
      map(text),
      { ...map(text), ...object({ a: text }) },
    ],
    ['takes a value more', { ...text, enum: ['a'] }, { ...text, enum: ['b', 'a'] }],
    [
      'takes a value more where it took one',
      { ...text, const: 'a' },
      { ...text, enum: ['a', 'b'] },
    ],
    ['takes any text in place of some', { ...text, enum: ['a'] }, text],
    ['takes every number in place of whole ones', { type: 'integer' }, { type: 'number' }],
    ['takes a further type', text, { type: ['string', 'integer'] }],
    ['takes null besides', whole, maybe(whole)],
    ['takes a wider range', whole, { type: 'integer', minimum: -1, maximum: 11 }],
    ['takes longer lists', { type: 'array', maxItems: 1 }, { type: 'array', maxItems: 2 }],
    [
      'gives up a pattern, a format and a bound',
      { ...text, pattern: 'a', format: 'b', minLength: 1 },
      text,
    ],
    ['is open and was closed', object({}, [], { additionalProperties: false }), object({})],
    [
      'has a kind more',
      { oneOf: [kindOf('a'), kindOf('b')] },
      { oneOf: [kindOf('a', { c: text }), kindOf('b'), kindOf('d')] },
    ],
  ])('fits where it %s', (_how, older, newer) => {
    expect(breaksBetween(older, newer)).toEqual([]);
  });

  it.each<[string, unknown, unknown, string[]]>([
    ['lacks a property', object({ a: text }), object({}), ['$.a: is gone']],
    ['calls one otherwise', object({ a: text }), object({ b: text }), ['$.a: is gone']],
    [
      'needs a new property',
      object({}),
      object({ a: text }, ['a']),
      ['$.a: is required and was not'],
    ],
    [
      'needs one that was optional',
      object({ a: text }),
      object({ a: text }, ['a']),
      ['$.a: is required and was not'],
    ],
    [
      'no longer promises one',
      object({ a: text }, ['a']),
      object({ a: text }),
      ['$.a: was required and is not'],
    ],
    [
      'has another type',
      object({ a: text }),
      object({ a: whole }),
      [
        '$.a: its type has changed',
        '$.a: its minimum is narrower or another',
        '$.a: its maximum is narrower or another',
      ],
    ],
    [
      'takes whole numbers alone',
      { type: 'number' },
      { type: 'integer' },
      ['$: its type has changed'],
    ],
    ['has a type and had none', {}, text, ['$: its type has changed']],
    ['takes no null', maybe(text), text, ['$: its type has changed']],
    [
      'takes a value less',
      { ...text, enum: ['a', 'b'] },
      { ...text, enum: ['a'] },
      ['$: its values are narrower'],
    ],
    ['takes some values alone', text, { ...text, const: 'a' }, ['$: its values are narrower']],
    ['begins later', whole, { ...whole, minimum: 1 }, ['$: its minimum is narrower or another']],
    ['ends earlier', whole, { ...whole, maximum: 9 }, ['$: its maximum is narrower or another']],
    [
      'has a bound and had none',
      text,
      { ...text, maxLength: 9 },
      ['$: its maxLength is narrower or another'],
    ],
    [
      'has another pattern',
      { ...text, pattern: 'a' },
      { ...text, pattern: 'a|b' },
      ['$: its pattern is narrower or another'],
    ],
    [
      'has a format and had none',
      text,
      { ...text, format: 'date' },
      ['$: its format is narrower or another'],
    ],
    [
      'is closed and was open',
      object({}),
      object({}, [], { additionalProperties: false }),
      ['$: its additionalProperties are narrower'],
    ],
    [
      'holds other values in its map',
      map(text),
      map({ ...text, maxLength: 1 }),
      ['${}: its maxLength is narrower or another'],
    ],
    [
      'names what its map had as another',
      map(text),
      { ...map(text), ...object({ a: { ...text, maxLength: 1 } }) },
      ['$.a: its maxLength is narrower or another'],
    ],
    [
      'says of elements what it did not',
      { type: 'array' },
      { type: 'array', items: text },
      ['$: its items are narrower'],
    ],
    [
      'lacks a property of the elements of a list',
      object({ a: { type: 'array', items: object({ b: text }) } }),
      object({ a: { type: 'array', items: object({}) } }),
      ['$.a[].b: is gone'],
    ],
    [
      'takes nothing where it took something',
      object({ a: text }),
      object({ a: false }),
      ['$.a: nobody can tell what another not refuses'],
    ],
    [
      'lacks a kind',
      { oneOf: [kindOf('a'), kindOf('b')] },
      { oneOf: [kindOf('a')] },
      ['$.kind: its values are narrower'],
    ],
    [
      'has forms of which a value may have two',
      { oneOf: [kindOf('a'), kindOf('b')] },
      { oneOf: [kindOf('a'), object({})] },
      ['$: nobody can tell whether its forms still fit'],
    ],
    [
      'has another default',
      { ...whole, default: 0 },
      { ...whole, default: 1 },
      ['$: its default has changed'],
    ],
    ['has a default no more', { ...whole, default: 0 }, whole, ['$: its default has changed']],
    [
      'has a keyword that nobody here knows',
      text,
      { ...text, not: { const: 'a' } },
      ['$: nobody can tell what another not refuses'],
    ],
  ])('is refused where it %s', (_how, older, newer, reasons) => {
    expect(breaksBetween(older, newer)).toEqual(reasons);
  });
});

describe('a history of schemas', () => {
  it('is good where each fits all before it', () => {
    const versions = [object({}), object({ a: text }), object({ a: text, b: text })];

    expect(breaksOfHistory(versions)).toEqual([]);
  });

  it('is refused for one that fits the version before it alone', () => {
    const versions = [object({ a: text }), object({}), object({ a: whole })];

    expect(breaksOfHistory(versions)).toEqual([
      '2 after 1: $.a: is gone',
      '3 after 1: $.a: its type has changed',
      '3 after 1: $.a: its minimum is narrower or another',
      '3 after 1: $.a: its maximum is narrower or another',
    ]);
  });
});
