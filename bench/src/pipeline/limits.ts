import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { NOTHING_DONE, passFrom } from './pass.ts';
import type { Place } from './place.ts';

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

/** Records a second that a consumer takes from the log when it does nothing with them. */
export async function consumeRate(place: Place, topic: string, records: number): Promise<number> {
  const group = `idle-${topic}`;
  const consumer = place.kafka.batchConsumer({
    ...{ group, topics: [topic], maxRows: 50_000, maxBytes: 16 * 1024 * 1024, lingerMs: 10 },
    onChunk: () => Promise.resolve(undefined),
  });
  await consumer.start();
  const { seconds } = await passFrom(NOTHING_DONE, place.metrics, group, records);
  await consumer.stop();
  return records / seconds;
}

const column = z.object({ name: z.string(), type: z.string(), default_type: z.string() });

export interface EngineRates {
  /** Rows a second that the engine takes from a file by itself. */
  readonly file: number;
  /** Rows a second as tab-separated text from Node, ten thousand at a time. */
  readonly tsv: number;
}

/** The same rows once more, into empty tables of the same form. */
export async function insertRates(clickhouse: Clickhouse, table: string): Promise<EngineRates> {
  const columns = (await clickhouse.query(`DESCRIBE TABLE ${table}`, {}, column)).filter(
    ({ default_type: kind }) => kind !== 'MATERIALIZED',
  );
  const names = columns.map(({ name }) => name);
  const list = names.map((name) => `\`${name}\``).join(', ');
  const { stream } = await clickhouse.client.exec({
    query: `SELECT ${list} FROM ${table} FORMAT TabSeparated`,
  });
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part instanceof Uint8Array ? Buffer.from(part) : Buffer.from(String(part)));
  }
  const text = Buffer.concat(parts);
  const rows = countLines(text);
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-bench-'));
  try {
    const file = join(dir, 'rows.tsv');
    writeFileSync(file, text);
    const structure = columns.map(({ name, type }) => `\`${name}\` ${type}`).join(', ');
    await clickhouse.command(`CREATE TABLE ${table}_file AS ${table}`);
    let startedAt = performance.now();
    await clickhouse.command(
      `INSERT INTO ${table}_file (${list}) SELECT ${list}
       FROM file('${file}', 'TabSeparated', '${structure.replaceAll("'", String.raw`\'`)}')`,
    );
    const bySelf = rows / secondsSince(startedAt);
    await clickhouse.command(`CREATE TABLE ${table}_tsv AS ${table}`);
    startedAt = performance.now();
    for (const chunk of chunksOf(text, 10_000)) {
      await clickhouse.insertTsv(`${table}_tsv`, names, chunk);
    }
    return { file: bySelf, tsv: rows / secondsSince(startedAt) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const NEWLINE = 10;

function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) {
    lines += 1;
  }
  return lines;
}

function* chunksOf(text: Buffer, lines: number): Generator<Buffer> {
  let from = 0;
  let count = 0;
  for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE, at + 1)) {
    count += 1;
    if (count === lines) {
      yield text.subarray(from, at + 1);
      from = at + 1;
      count = 0;
    }
  }
  if (from < text.length) {
    yield text.subarray(from);
  }
}
