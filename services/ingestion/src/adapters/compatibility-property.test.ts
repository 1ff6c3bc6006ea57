import { describe, expect, it } from '@jest/globals';
import { breaksBetween } from '@tokometrics/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';

/** JSON Schemas of the kinds that ours are made of. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
}

const NULL: Schema = { type: 'null' };
const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constant({ type: 'string', maxLength: 4 }),
  fc.constant({ type: 'string' }),
  fc.subarray(['a', 'b', 'c', 'd'], { minLength: 2 }).map((values) => ({
    ...{ type: 'string', enum: values },
  })),
  fc.integer({ min: -5, max: 0 }).map((minimum) => ({ type: 'integer', minimum, maximum: 9 })),
  fc.constant({ type: 'boolean' }),
);

const objectOf = (part: fc.Arbitrary<Schema>): fc.Arbitrary<Schema> =>
  fc
    .dictionary(fc.constantFrom('p', 'q', 'r'), part, { minKeys: 1, noNullPrototype: true })
    .chain((properties) =>
      fc
        .subarray(Object.keys(properties))
        .map((required) => ({ type: 'object', properties, required })),
    );

const schemas: fc.Arbitrary<Schema> = fc.letrec<{ any: Schema; object: Schema }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    leaf.map((schema) => ({ anyOf: [schema, NULL] })),
    tie('any').map((items) => ({ type: 'array', items, maxItems: 3 })),
    tie('any').map((additionalProperties) => ({ type: 'object', additionalProperties })),
    tie('object'),
  ),
  object: objectOf(tie('any')),
})).object;

/** What a writer of this schema may write: what it names, and nothing beside it. */
function written(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map(written));
  }
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum);
  }
  switch (schema.type) {
    case 'string':
      return fc.string({ maxLength: schema.maxLength ?? 8 });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -99, max: schema.maximum ?? 99 });
    case 'number':
      return fc.integer({ min: schema.minimum ?? -99, max: schema.maximum ?? 99 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(written(schema.items ?? NULL), { maxLength: schema.maxItems ?? 5 });
    case 'object':
      return schema.properties === undefined
        ? fc.dictionary(
            fc.constantFrom('p', 'x', 'new'),
            written(
              schema.additionalProperties === false ? NULL : (schema.additionalProperties ?? NULL),
            ),
          )
        : fc.record(
            Object.fromEntries(
              Object.entries(schema.properties).map(([name, part]) => [name, written(part)]),
            ),
            { requiredKeys: [...(schema.required ?? [])] },
          );
    default:
      return fc.constant(null);
  }
}

type Change = (schema: Schema) => Schema | undefined;

const without = (properties: Readonly<Record<string, Schema>>, name: string) =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
const ofObject =
  (
    change: (
      properties: Readonly<Record<string, Schema>>,
      required: readonly string[],
    ) => Schema | undefined,
  ): Change =>
  (schema) =>
    schema.properties && change(schema.properties, schema.required ?? []);
const ofType =
  (type: string, change: Change): Change =>
  (schema) =>
    schema.type === type && schema.enum === undefined ? change(schema) : undefined;

const GROWTH: Readonly<Record<string, Change>> = {
  'an optional property': ofObject((properties, required) => ({
    ...{ type: 'object', required },
    properties: { ...properties, new: { type: 'string', maxLength: 2 } },
  })),
  'a value more': (schema) => schema.enum && { ...schema, enum: [...schema.enum, 'e'] },
  'a wider range': ofType('integer', (schema) => ({ ...schema, minimum: -20, maximum: 20 })),
  'fractions too': ofType('integer', (schema) => ({ ...schema, type: 'number' })),
  'longer text': ofType('string', () => ({ type: 'string' })),
  'longer lists': ofType('array', (schema) => ({ ...schema, maxItems: 9 })),
  'null too': (schema) =>
    schema.anyOf === undefined && schema.type !== 'null' ? { anyOf: [schema, NULL] } : undefined,
};

const BREACHES: Readonly<Record<string, Change>> = {
  'a property less': ofObject((properties, required) => {
    const [name = ''] = Object.keys(properties);
    return {
      ...{ type: 'object', properties: without(properties, name) },
      required: required.filter((other) => other !== name),
    };
  }),
  'a property by another name': ofObject((properties, required) => {
    const [name = ''] = Object.keys(properties);
    return 'other' in properties
      ? undefined
      : {
          ...{ type: 'object', required: required.map((key) => (key === name ? 'other' : key)) },
          properties: { ...without(properties, name), other: properties[name] ?? NULL },
        };
  }),
  'a required property': ofObject((properties, required) =>
    'needed' in properties
      ? undefined
      : {
          ...{ type: 'object', properties: { ...properties, needed: { type: 'string' } } },
          required: [...required, 'needed'],
        },
  ),
  'an optional one that is required': ofObject((properties, required) => {
    const name = Object.keys(properties).find((key) => !required.includes(key));
    return name === undefined
      ? undefined
      : { type: 'object', properties, required: [...required, name] };
  }),
  'a required one that is optional': ofObject((properties, required) =>
    required.length === 0 ? undefined : { type: 'object', properties, required: required.slice(1) },
  ),
  'nothing beside what it names': ofObject((properties, required) => ({
    ...{ type: 'object', properties, required, additionalProperties: false },
  })),
  'a value less': (schema) =>
    schema.enum && schema.enum.length > 1 ? { ...schema, enum: schema.enum.slice(1) } : undefined,
  'a narrower range': ofType('integer', (schema) => ({ ...schema, minimum: 1 })),
  'an earlier end': ofType('integer', (schema) => ({ ...schema, maximum: 8 })),
  'another type': ofType('integer', () => ({ type: 'string' })),
  'numbers for text': ofType('string', () => ({ type: 'integer' })),
  'a pattern': ofType('string', (schema) => ({ ...schema, pattern: '^[a-m]' })),
  'shorter text': ofType('string', (schema) => ({ ...schema, maxLength: 1 })),
  'shorter lists': ofType('array', (schema) => ({ ...schema, maxItems: 1 })),
  'null no more': (schema) => schema.anyOf?.[0],
};

/** The change at the `place`th of the places at which it can be made; undefined where there is none. */
function changed(schema: Schema, change: Change, place: number): Schema | undefined {
  const count = { of: 0 };
  const total = { of: 0 };
  rewrite(schema, (part) => {
    total.of += change(part) === undefined ? 0 : 1;
    return undefined;
  });
  return total.of === 0
    ? undefined
    : rewrite(schema, (part) => {
        const after = change(part);
        const isHere = after !== undefined && count.of === place % total.of;
        count.of += after === undefined ? 0 : 1;
        return isHere ? after : undefined;
      });
}

function rewrite(schema: Schema, change: Change): Schema {
  const here = change(schema);
  if (here !== undefined) {
    return here;
  }
  const { properties, items, anyOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [name, rewrite(part, change)]),
      ),
    }),
    ...(items && { items: rewrite(items, change) }),
    ...(anyOf && { anyOf: anyOf.map((part) => rewrite(part, change)) }),
    ...(additionalProperties && {
      additionalProperties: rewrite(additionalProperties, change),
    }),
  };
}

const stepOf = (changes: Readonly<Record<string, Change>>) =>
  fc.record({ name: fc.constantFrom(...Object.keys(changes)), place: fc.nat(20) });

function apply(
  schema: Schema,
  changes: Readonly<Record<string, Change>>,
  steps: readonly { readonly name: string; readonly place: number }[],
): Schema {
  return steps.reduce(
    (before, { name, place }) =>
      changed(before, changes[name] ?? (() => undefined), place) ?? before,
    schema,
  );
}

const ajv = new Ajv2020({ strict: false, validateSchema: false });

describe('the gate between two versions of a schema', () => {
  it('lets through none that refuses what was written by the older one', () => {
    const told = { good: 0, bad: 0 };
    const all = { ...GROWTH, ...BREACHES };
    fc.assert(
      fc.property(
        schemas.chain((older) =>
          fc.record({
            older: fc.constant(older),
            steps: fc.array(stepOf(all), { minLength: 1, maxLength: 3 }),
            records: fc.array(written(older), { minLength: 4, maxLength: 8 }),
          }),
        ),
        ({ older, steps, records }) => {
          const newer = apply(older, all, steps);
          const isGood = breaksBetween(older, newer).length === 0;
          told[isGood ? 'good' : 'bad'] += 1;
          const [isWritten, isRead] = [ajv.compile(older), ajv.compile(newer)];

          expect(records.filter((record) => !isWritten(record))).toEqual([]);
          expect(isGood ? records.filter((record) => !isRead(record)) : []).toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
    expect(Math.min(told.good, told.bad)).toBeGreaterThan(60);
  });

  it('lets every growth through', () => {
    fc.assert(
      fc.property(schemas, fc.array(stepOf(GROWTH), { maxLength: 5 }), (older, steps) => {
        expect(breaksBetween(older, apply(older, GROWTH, steps))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.entries(BREACHES))('is shut for %s', (_name, breach) => {
    const tried = { of: 0 };
    fc.assert(
      fc.property(
        schemas,
        fc.array(stepOf(GROWTH), { maxLength: 3 }),
        fc.nat(20),
        (older, steps, place) => {
          const broken = changed(older, breach, place);
          // Nor does growth before it make it another.
          const grown = apply(older, GROWTH, steps);
          const both = changed(grown, breach, place);
          tried.of += broken === undefined ? 0 : 1;
          const pairs = [
            { from: older, to: broken },
            { from: grown, to: both },
          ].filter(({ to }) => to !== undefined);

          expect(pairs.filter(({ from, to }) => breaksBetween(from, to).length === 0)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
    expect(tried.of).toBeGreaterThan(10);
  });
});
