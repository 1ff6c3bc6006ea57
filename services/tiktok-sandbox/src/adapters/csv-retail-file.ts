import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { RetailReader, type RetailIntake } from '../domain/retail/retail-intake.ts';
import {
  readHeader,
  readRow,
  RetailFileError,
  type RetailColumns,
} from '../domain/retail/retail-row.ts';

export interface RetailFile {
  /** Of the unpacked bytes, as the data set's description names it. */
  readonly sha256: string;
  readonly intake: RetailIntake;
}

export function readRetailFile(path: string): RetailFile {
  const bytes = unpack(path);
  const reader = new RetailReader();
  let columns: RetailColumns | undefined;
  let index = 0;
  try {
    parse(bytes, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[]) => {
        if (columns === undefined) {
          columns = readHeader(record);
        } else {
          reader.add(readRow(columns, record, index));
          index += 1;
        }
        return null; // nothing is collected: the reader keeps what it needs
      },
    });
  } catch (error) {
    if (error instanceof CsvError) {
      throw new RetailFileError('row', `not CSV (${error.code})`, { row: index + 2 });
    }
    throw error;
  }
  if (columns === undefined) {
    throw new RetailFileError('columns', 'the file has no header');
  }
  return { sha256: createHash('sha256').update(bytes).digest('hex'), intake: reader.finish() };
}

function unpack(path: string): Buffer {
  try {
    const packed = readFileSync(path);
    if (path.endsWith('.br')) {
      return brotliDecompressSync(packed);
    }
    return path.endsWith('.gz') ? gunzipSync(packed) : packed;
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error
        ? String(error.code)
        : 'unknown';
    throw new RetailFileError('file', `cannot be read (${code})`);
  }
}
