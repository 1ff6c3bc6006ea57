import { describe, expect, it } from '@jest/globals';
import { FACT_SCHEMAS, RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { goldenSamples } from '@tokometrics/testkit';
import { normalise } from '../domain/normalise.ts';
import { inLaterSchema } from '../later-schema.test-support.ts';
import { createValidators } from './ajv-validators.ts';

interface Golden {
  readonly fetchedat: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const validators = createValidators();
const factsOf = (resource: Resource, records: readonly unknown[]) =>
  (records as readonly Golden[]).map(({ data: body, fetchedat }) =>
    normalise(validators, {
      ...{ resource, body, zone: { zone: 'Asia/Jakarta' } },
      seenAt: Date.parse(fetchedat) / 1000,
    }),
  );

describe.each(RESOURCES)('the golden raw records of %s', (resource) => {
  const golden = goldenSamples(`raw.${resource}.v1`);

  it('become facts, whichever version they were written by', () => {
    const facts = golden.flatMap(({ records }) => factsOf(resource, records));

    expect(facts.filter((fact) => !FACT_SCHEMAS[resource].safeParse(fact).success)).toEqual([]);
    expect(facts.length).toBeGreaterThan(0);
  });

  it('become the same facts where a later version says more of them', () => {
    for (const { records } of golden) {
      const later = (records as readonly Golden[]).map((record) => ({
        ...record,
        data: inLaterSchema(record.data),
      }));

      expect(factsOf(resource, later)).toEqual(factsOf(resource, records));
      expect(later).not.toEqual(records);
    }
  });

  it('become the golden facts: a later version may say more of them, and nothing else', () => {
    const [first] = golden;
    const [facts] = goldenSamples(`${resource}.snapshot.v1`);

    expect(factsOf(resource, first?.records ?? [])).toMatchObject(
      ((facts?.records ?? []) as readonly Golden[]).map(({ data }) => data),
    );
  });
});
