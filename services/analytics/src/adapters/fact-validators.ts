import { envelopeOf, FACT_SCHEMAS, factType, gap, marker } from '@tokometrics/contracts';
import type { Gap, Marker } from '@tokometrics/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { FactBodies, FactEnvelope, FactValidators } from '../domain/read-fact.ts';

/** Compiled once from the contracts' schemas: checking costs about as much as parsing. */
export function createFactValidators(): FactValidators {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  const compile = <R extends keyof FactBodies>(resource: R) =>
    ajv.compile<FactEnvelope<FactBodies[R]>>(
      z.toJSONSchema(envelopeOf(factType(resource), FACT_SCHEMAS[resource]), { io: 'input' }),
    );
  return {
    order: compile('order'),
    product: compile('product'),
    statement: compile('statement'),
    transaction: compile('transaction'),
    payment: compile('payment'),
    inventory: compile('inventory'),
    unsettled: compile('unsettled'),
    gap: ajv.compile<Gap>(z.toJSONSchema(gap, { io: 'input' })),
    marker: ajv.compile<Marker>(z.toJSONSchema(marker, { io: 'input' })),
  };
}
