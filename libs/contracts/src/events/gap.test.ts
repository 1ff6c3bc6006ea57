import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../envelope.ts';
import { gapOf } from './gap.ts';

const scope = { shopKey: '01J8Z3K4M5N6P7Q8R9S0T1V2W3', epoch: 2 };
const ver = versionOf(5_000, 7);
const envelope = { subject: '576461413038785752', ver, shopkey: scope.shopKey, epoch: 2 };

describe('gapOf', () => {
  it.each([
    // A listed one may be older than all that is kept: what is missing of it is today's title and price.
    'product' as const,
    'order' as const,
  ])('lasts for %s from its creation to the change that could not be read', (resource) => {
    expect(gapOf(resource, scope, { envelope, body: { create_time: 1_000 } })).toEqual({
      resource,
      entityId: '576461413038785752',
      ver,
      from: 1_000,
      through: 5_000,
    });
  });

  it('lasts for a line of a statement from the day of its order to the day of the statement', () => {
    const body = { statement_time: 3_000, order_create_time: 2_000 };
    expect(gapOf('transaction', scope, { envelope, body })).toMatchObject({
      from: 2_000,
      through: 3_000,
    });
  });

  it('has no beginning of a line whose statement has no legible day, whatever its order says', () => {
    const body = { statement_time: 'soon', order_create_time: 2_000 };
    expect(gapOf('transaction', scope, { envelope, body })).toMatchObject({
      from: 0,
      through: 5_000,
    });
  });

  it('reads the instants of a fact as well', () => {
    const body = { createTime: 1_500 };
    expect(gapOf('order', scope, { envelope, body })).toMatchObject({ from: 1_500 });
  });

  it.each([
    ['no body', undefined],
    ['no instant', { create_time: '1000' }],
    ['an instant behind the change', { create_time: 6_000 }],
    ['an instant that is none', { create_time: -1 }],
  ])('has no beginning where it is not legible: %s', (_of, body) => {
    expect(gapOf('order', scope, { envelope, body })).toMatchObject({ from: 0, through: 5_000 });
  });

  it.each([
    ['not an object', 'text'],
    ['without its entity', { ...envelope, subject: '' }],
    ['with a version that is none', { ...envelope, ver: '-1' }],
    ["with another shop's key", { ...envelope, shopkey: '01J8Z3K4M5N6P7Q8R9S0T1V2W4' }],
    ['of another connection', { ...envelope, epoch: 1 }],
  ])('is of nobody where the envelope is %s', (_of, bad) => {
    expect(gapOf('order', scope, { envelope: bad, body: {} })).toBeUndefined();
  });
});
