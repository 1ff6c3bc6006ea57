import { describe, expect, it } from '@jest/globals';
import { readStatement } from './statement.ts';

describe('readStatement', () => {
  it.each([
    ['SELECT 1', 'SELECT', undefined],
    ['-- a comment; SELECT\n select 1 format JSON', 'SELECT', 'JSON'],
    ['/* ; */ (SELECT 1)', 'SELECT', undefined],
    [`SELECT ';' AS a, "x;y", \`z;\` FORMAT CSV;`, 'SELECT', 'CSV'],
    [`SELECT 'it''s; \\'quoted\\';'`, 'SELECT', undefined],
    ['SELECT $tag$ ; $tag$', 'SELECT', undefined],
    ['SELECT * FROM (SELECT 1 FORMAT TSV)', 'SELECT', undefined],
    ['ALTER TABLE t DELETE WHERE 1', 'ALTER', undefined],
  ])('reads %s', (sql, verb, format) => {
    expect(readStatement(sql)).toMatchObject({ verb, format });
  });

  it.each([
    'SELECT 1; SELECT 2',
    "SELECT ';'; DROP TABLE t",
    'SELECT 1 /* x */ ; -- y\n DROP TABLE t',
  ])('refuses two statements: %s', (sql) => {
    expect(() => readStatement(sql)).toThrow(/Code: 62.*Multi-statements/);
  });

  it('finds table, columns, settings and format of an insert, and where its data begins', () => {
    const sql =
      "INSERT INTO db.`t` (a, `b`) SETTINGS async_insert = 0, x = 'y' FORMAT TabSeparated\n1;\t2";

    const statement = readStatement(sql);

    expect(statement.rawInsert).toEqual({
      table: 'db.t',
      columns: ['a', 'b'],
      settings: { async_insert: '0', x: 'y' },
      format: 'TabSeparated',
    });
    expect(sql.slice(statement.dataAt)).toBe('\n1;\t2');
  });

  it.each([
    'INSERT INTO FUNCTION file(x) FORMAT CSV',
    'INSERT INTO t FORMAT Native',
    'INSERT INTO t (* EXCEPT(a)) FORMAT CSV',
    'INSERT INTO `odd name` FORMAT CSV',
    'INSERT INTO t SELECT 1 FORMAT CSV',
  ])('leaves %s to the engine', (sql) => {
    expect(readStatement(sql).rawInsert).toBeUndefined();
  });
});
