import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { readRetailFile } from './csv-retail-file.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const GOOD = '100001,22222,RED LAMP,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom';
const dir = mkdtempSync(join(tmpdir(), 'retail-file-'));

function file(name: string, ...lines: string[]): string {
  const path = join(dir, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

describe('readRetailFile', () => {
  it('reads other spellings and orders of the columns, plain or packed (TK18)', () => {
    const other = 'Country,Customer ID,Price,InvoiceDate,Quantity,Description,StockCode,Invoice';
    const row = 'France,12345,0.001,2010-12-02 09:00:00,100,"SIGN, ""HOME""",85123a,100002';
    const [kept] = readRetailFile(file('a.csv.gz', other, row)).intake.kept;

    expect(kept).toMatchObject({ number: '100002', customer: '12345', units: 100 });
    expect(kept?.goods).toMatchObject([{ code: '85123A', title: 'SIGN, "HOME"', mills: 1 }]);
  });

  it('keeps invoices of 1 to 100 units of goods, with repeated lines, and no price-0 line', () => {
    const line = (invoice: string, quantity: number, price = '1.00'): string =>
      `${invoice},22222,LAMP,${String(quantity)},2010-12-01 08:26:00,${price},17850.0,France`;
    const { intake } = readRetailFile(
      file(
        'b.csv',
        HEADER,
        ...[line('1', 50), line('1', 50), line('1', 7, '0.00'), line('1', 0), line('1', -3)],
        ...[line('2', 101), line('A3', 1), line('C4', -1), line('5', 4, '-1.00')],
      ),
    );

    expect(intake.kept.map(({ number, units, goods }) => [number, units, goods.length])).toEqual([
      ['1', 100, 2],
    ]);
    expect(intake.cancellations).toHaveLength(1);
  });

  it.each([
    ['a missing column', HEADER.replace('Quantity', 'Menge'), GOOD, 'no column Quantity'],
    ['a column twice', `${HEADER},Quantity`, `${GOOD},1`, 'column Quantity twice'],
    ['a fractional quantity', HEADER, GOOD.replace(',6,', ',6.5,'), 'row 2, column Quantity'],
    ['a date of another form', HEADER, GOOD.replace('2010-12-01', '01/12/2010'), 'InvoiceDate'],
    ['a date that is none', HEADER, GOOD.replace('2010-12-01', '2010-02-31'), 'InvoiceDate'],
    ['a price of four decimals', HEADER, GOOD.replace('2.55', '2.5555'), 'column UnitPrice'],
    ['a row that is too short', HEADER, '100001,22222', 'row 2, column Quantity'],
    ['an open quote', HEADER, `"${GOOD}`, 'not CSV'],
  ])('refuses %s, says where, and repeats no value', (_name, header, row, reason) => {
    const read = () => readRetailFile(file('c.csv', header, row));

    expect(read).toThrow(reason);
    expect(read).not.toThrow(/RED LAMP|17850|01\/12\/2010|2\.5555/);
  });

  it('refuses a file that is not there', () => {
    expect(() => readRetailFile(join(dir, 'none.csv'))).toThrow('cannot be read (ENOENT)');
  });
});
