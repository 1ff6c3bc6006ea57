import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { FACT_SCHEMAS } from '../events/facts.ts';
import { RAW_SCHEMAS } from '../events/raw.ts';
import { TOPICS } from '../topics.ts';
import { breaksOfHistory } from './compatibility.ts';
import { EVENT_CATALOGUE } from './event-catalogue.test-support.ts';
import type { CataloguedEvent } from './event-catalogue.test-support.ts';

/*
 * `schemas/<name>.v<major>/<minor>.json` is what was written by that version, for as long as there is the
 * major one; a file that is there is never written again. To add what is optional: raise the version,
 * then run this file with WRITE_SCHEMAS=1 and put samples beside what it writes.
 */
const FOLDER = fileURLToPath(new URL('../../schemas/', import.meta.url));
const MAY_WRITE = process.env['WRITE_SCHEMAS'] === '1';

const schemaFile = (name: string, version: number) => `${FOLDER}${name}/${String(version)}.json`;
const sampleFile = (name: string, version: number) =>
  `${FOLDER}${name}/${String(version)}.samples.json`;
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const schemaOfToday = ({ schema }: CataloguedEvent): unknown =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
const versionsOf = ({ version }: CataloguedEvent): number[] =>
  Array.from({ length: version }, (_, index) => index + 1);
const samplesOf = (name: string, version: number): unknown[] =>
  z
    .array(z.unknown())
    .min(1)
    .parse(read(sampleFile(name, version)));

/** Writes what is not there yet; what is there stays, whatever it holds. */
function writeMissing(event: CataloguedEvent): void {
  const file = schemaFile(event.name, event.version);
  if (MAY_WRITE && !existsSync(file)) {
    mkdirSync(`${FOLDER}${event.name}`, { recursive: true });
    writeFileSync(file, `${JSON.stringify(schemaOfToday(event), null, 2)}\n`, { flag: 'wx' });
  }
}

const filesKept = (): string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .toSorted();

/** In the form of sha256sum, one line per file, in the order in which they came. */
const SUMS = `${FOLDER}SHA256SUMS`;
const sumOf = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(`${FOLDER}${file}`))
    .digest('hex');
const sumsNoted = (): Map<string, string> =>
  new Map(
    readFileSync(SUMS, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );

/** Notes files that are new; the line of another is never changed. */
function noteNew(): void {
  if (MAY_WRITE) {
    const noted = sumsNoted();
    for (const file of filesKept().filter((one) => !noted.has(one))) {
      appendFileSync(SUMS, `${sumOf(file)}  ${file}\n`);
    }
  }
}

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Places of all properties that a schema names, whichever of its forms they are of. */
function placesNamed(schema: unknown, at = ''): string[] {
  if (!isNode(schema)) {
    return [];
  }
  const { properties, items, anyOf, oneOf } = schema;
  const forms = [anyOf, oneOf].flat().flatMap((form) => placesNamed(form, at));
  const named = Object.entries(isNode(properties) ? properties : {}).flatMap(([name, part]) => [
    `${at}.${name}`,
    ...placesNamed(part, `${at}.${name}`),
  ]);
  return [...forms, ...named, ...placesNamed(items, `${at}[]`)];
}

function placesHeld(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => placesHeld(item, `${at}[]`));
  }
  return Object.entries(isNode(value) ? value : {}).flatMap(([name, part]) => [
    `${at}.${name}`,
    ...placesHeld(part, `${at}.${name}`),
  ]);
}

const events = EVENT_CATALOGUE.map((event) => [event.name, event] as const);

beforeAll(() => {
  EVENT_CATALOGUE.forEach(writeMissing);
  noteNew();
});

describe('the catalogue of events', () => {
  it('has every topic and every resource', () => {
    const names = EVENT_CATALOGUE.map(({ name }) => name);
    const topics = TOPICS.map((topic) => topic.name.replace(/^tm\.|\.bf$/g, '')).map((name) =>
      name.replace(/^fact\.(\w+)\./, '$1.snapshot.'),
    );

    expect(names).toEqual(expect.arrayContaining([...new Set(topics)]));
    expect(names).toHaveLength(new Set(names).size);
    expect(Object.keys(RAW_SCHEMAS)).toEqual(Object.keys(FACT_SCHEMAS));
  });

  it('is all that there are files of, each version with its samples', () => {
    const expected = EVENT_CATALOGUE.flatMap((event) =>
      versionsOf(event).flatMap((version) => [
        `${event.name}/${String(version)}.json`,
        `${event.name}/${String(version)}.samples.json`,
      ]),
    );

    expect(filesKept()).toEqual(expected.toSorted());
  });

  it('has every file as it was written first; a new one is noted with WRITE_SCHEMAS=1', () => {
    expect(new Map(filesKept().map((file) => [file, sumOf(file)]))).toEqual(sumsNoted());
  });
});

describe.each(events)('the schema of %s', (name, event) => {
  it('is the file of its newest version; of another one raise the version and WRITE_SCHEMAS=1', () => {
    expect(read(schemaFile(name, event.version))).toEqual(schemaOfToday(event));
  });

  it('follows every version before it', () => {
    const history = versionsOf(event).map((version) => read(schemaFile(name, version)));

    expect(breaksOfHistory(history)).toEqual([]);
  });

  it('reads the samples of all its versions, and loses nothing of them', () => {
    for (const sample of versionsOf(event).flatMap((version) => samplesOf(name, version))) {
      expect(event.schema.parse(sample)).toEqual(sample);
    }
  });

  it('has samples in which each of its properties is seen', () => {
    const held = new Set(placesHeld(samplesOf(name, event.version)));

    expect(placesNamed(schemaOfToday(event)).filter((place) => !held.has(`[]${place}`))).toEqual(
      [],
    );
  });
});
