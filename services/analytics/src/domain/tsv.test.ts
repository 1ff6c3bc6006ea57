import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textArrayCell, textCell } from './tsv.ts';

const ESCAPED: Readonly<Record<string, string>> = {
  t: '\t',
  n: '\n',
  r: '\r',
  '0': '\0',
  b: '\b',
  f: '\f',
};

/** As ClickHouse reads a cell: a backslash and a letter are one character, any other is itself. */
const unescaped = (cell: string): string =>
  cell.replaceAll(/\\(.)/gs, (_pair, letter: string) => ESCAPED[letter] ?? letter);

/** As it reads an array: texts in quotes, which end at the first quote that is not escaped. */
function textsIn(cell: string): string[] {
  const quoted = /'((?:[^'\\]|\\.)*)'/gs;
  expect(cell.replaceAll(quoted, 'Q')).toMatch(/^\[(Q(,Q)*)?\]$/);
  return [...cell.matchAll(quoted)].map(([, text]) => unescaped(text ?? ''));
}

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('\\', "'", '\t', '\n', '\r', '\0', '\b', '\f'), fc.string()),
});

describe('cells of tab-separated text', () => {
  it('say any text, on one line and in one cell', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(textCell(value)).not.toMatch(/[\t\n\r\0\b\f]/);
        expect(unescaped(textCell(value))).toBe(value);
      }),
    );
  });

  it('say any list of texts', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (values) => {
        expect(textArrayCell(values)).not.toMatch(/[\t\n\r\0\b\f]/);
        expect(textsIn(textArrayCell(values))).toEqual(values);
      }),
    );
  });
});
