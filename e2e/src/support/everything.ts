import { readdirSync, readFileSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { HEADERS } from '@tokometrics/contracts';
import {
  createClickhouse,
  createKafka,
  createLogger,
  createMetrics,
  createMongo,
} from '@tokometrics/kit';
import { z } from 'zod';
import type { Opener } from './sealed-bodies.ts';
import type { System } from './start-system.ts';

/** Some bytes and where they lie. */
export interface Piece {
  readonly place: string;
  readonly bytes: Buffer;
}

const log = createLogger({ service: 'e2e', level: 'silent' });
export const piece = (place: string, said: string): Piece => ({
  place,
  bytes: Buffer.from(said, 'utf8'),
});

const LISTINGS = 20;

/** A folder that goes while its place is listed has become part of another: all of it is listed again. */
function listed(folder: string, left = LISTINGS): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (left === 1 || !(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw error;
    }
    return listed(folder, left - 1);
  }
}

/** Every file below a folder. */
export function* filesIn(folder: string): Generator<Piece> {
  for (const entry of listed(folder)) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      const bytes = withoutRest(readIfThere(path));
      if (bytes.length > 0) {
        yield { place: relative(folder, path), bytes };
      }
    }
  }
}

/** Of every service and engine; the sandbox is TikTok, which may say what it likes. */
export function logFiles({ dir }: System): Piece[] {
  return [...filesIn(join(dir, 'logs'))].filter(({ place }) => place !== 'tiktok-sandbox.log');
}

/** Engines tidy up while they are read. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** What an engine has reserved and not yet written to is megabytes of zeros. */
function withoutRest(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end -= 1;
  }
  return bytes.subarray(0, end);
}

const envelope = z.object({
  id: z.string(),
  type: z.string(),
  shopkey: z.string(),
  epoch: z.number(),
  data: z.unknown(),
});

/** Every record of every topic, unpacked, and once more what is sealed inside. */
export async function kafkaRecords(
  { stack }: System,
  opener: Opener,
): Promise<{ clear: Piece[]; opened: Piece[] }> {
  const kafka = createKafka({
    brokers: stack.engines.env['KAFKA_BROKERS'] ?? '',
    clientId: 'e2e',
    log,
    metrics: createMetrics({ service: 'e2e' }),
  });
  const admin = kafka.admin();
  const clear: Piece[] = [];
  const opened: Piece[] = [];
  await admin.start();
  try {
    // Side by side: each topic is read as a member of a group of its own, and joining takes a second.
    await Promise.all(
      (await admin.listTopics()).map((topic) =>
        admin.readTopic(topic, async ({ key = '', value, headers }) => {
          const body = value ?? Buffer.alloc(0);
          clear.push(piece(topic, `${key} ${JSON.stringify(headers)}`), {
            place: topic,
            bytes: body,
          });
          const bytes = await openRecord(opener, headers, body);
          opened.push(...(bytes === undefined ? [] : [{ place: topic, bytes }]));
        }),
      ),
    );
  } finally {
    await admin.stop();
  }
  return { clear, opened };
}

async function openRecord(
  opener: Opener,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Promise<Buffer | undefined> {
  const said = parse(body.toString('utf8'));
  const { data: event } = envelope.safeParse(said);
  if (event !== undefined) {
    const { type: ceType, id: ceId, shopkey: shopKey, epoch } = event;
    return opener.open({ ceType, ceId, shopKey, epoch }, event.data);
  }
  const bound = {
    ceType: headers[HEADERS.type] ?? '',
    ceId: headers[HEADERS.id] ?? '',
    shopKey: headers[HEADERS.shopKey] ?? '',
    epoch: Number(headers[HEADERS.epoch]),
  };
  return opener.open(bound, said);
}

function parse(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}

const archived = z.object({
  eventId: z.string(),
  ceType: z.string(),
  shopKey: z.string(),
  epoch: z.number(),
});

/** Every document of every collection of every database, and once more what is sealed inside. */
export async function mongoDocuments(
  { stack }: System,
  opener: Opener,
): Promise<{ clear: Piece[]; opened: Piece[] }> {
  const url = stack.engines.env['MONGO_URL'] ?? '';
  const mongo = createMongo({ url, database: 'admin', log });
  await mongo.start();
  const clear: Piece[] = [];
  const opened: Piece[] = [];
  try {
    const client = mongo.connection.getClient();
    const { databases } = await client.db('admin').admin().listDatabases();
    for (const { name } of databases) {
      for (const collection of await client.db(name).collections()) {
        const place = `${name}.${collection.collectionName}`;
        const rows = await collection.find().toArray();
        const inside = await Promise.all(rows.map((row) => openDocument(opener, row)));
        clear.push(...rows.map((row) => piece(place, JSON.stringify(row))));
        opened.push(...inside.flatMap((bytes) => (bytes === undefined ? [] : [{ place, bytes }])));
      }
    }
  } finally {
    await mongo.stop();
  }
  return { clear, opened };
}

async function openDocument(opener: Opener, row: object): Promise<Buffer | undefined> {
  const { data: bound } = archived.safeParse(row);
  const binary = Object.values(row).find(isBinary);
  return bound === undefined || binary === undefined
    ? undefined
    : opener.open(
        { ...bound, ceId: bound.eventId },
        parse(Buffer.from(binary.buffer).toString('utf8')),
      );
}

function isBinary(value: unknown): value is { readonly buffer: Uint8Array } {
  return typeof value === 'object' && value !== null && '_bsontype' in value && 'buffer' in value;
}

/** Every column of every table of every database that is not the engine's own. */
export async function clickhouseRows({ stack }: System): Promise<Piece[]> {
  const clickhouse = createClickhouse({
    url: stack.engines.env['CLICKHOUSE_URL'] ?? '',
    database: 'default',
    log,
  });
  await clickhouse.start();
  try {
    const tables = await clickhouse.query(
      "SELECT database, name FROM system.tables WHERE lower(database) NOT IN ('system', 'information_schema')",
      {},
      z.object({ database: z.string(), name: z.string() }),
    );
    const pieces: Piece[] = [];
    for (const { database, name } of tables) {
      const rows = await clickhouse.query(
        `SELECT * FROM \`${database}\`.\`${name}\``,
        {},
        z.record(z.string(), z.unknown()),
      );
      pieces.push(piece(`${database}.${name}`, JSON.stringify(rows)));
    }
    return pieces;
  } finally {
    await clickhouse.stop();
  }
}

/** What each service counts, as a scraper gets it. */
export async function metricsTexts({ stack }: System): Promise<Piece[]> {
  return Promise.all(
    Object.values(stack.services).map(async ({ name, opsUrl }) =>
      piece(name, await (await fetch(`${opsUrl}/metrics`)).text()),
    ),
  );
}
