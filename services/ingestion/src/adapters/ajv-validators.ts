import { RAW_SCHEMAS } from '@tokometrics/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { RawBodies, Validators } from '../domain/normalise.ts';

/** Validators compiled from the contracts' own schemas: the hot path checks about as fast as it parses. */
export function createValidators(): Validators {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  const compile = <R extends keyof RawBodies>(resource: R) =>
    ajv.compile<RawBodies[R]>(
      z.toJSONSchema(RAW_SCHEMAS[resource], { io: 'input', unrepresentable: 'throw' }),
    );
  return {
    order: compile('order'),
    product: compile('product'),
    statement: compile('statement'),
    transaction: compile('transaction'),
    payment: compile('payment'),
    inventory: compile('inventory'),
    unsettled: compile('unsettled'),
  };
}
