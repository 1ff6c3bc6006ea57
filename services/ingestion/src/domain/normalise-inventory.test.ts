import { describe, expect, it } from '@jest/globals';
import { inventoryFact } from '@tokometrics/contracts';
import type { RawInventory } from '@tokometrics/contracts';
import fc from 'fast-check';
import { createValidators } from '../adapters/ajv-validators.ts';
import { normaliseInventory } from './normalise-inventory.ts';

/** Six and a half hours ahead of UTC: its hours begin at the half. */
const colombo = { zone: 'Asia/Colombo' };
const newYork = { zone: 'America/New_York' };
const SEEN = 1_794_960_000;

function someStock(changes: Partial<RawInventory> = {}): RawInventory {
  return {
    id: '1729352000000000002',
    product_id: '1729352000000000001',
    seller_sku: '85123A',
    total_available_quantity: 40,
    total_committed_quantity: 3,
    warehouse_inventory: [
      { warehouse_id: 'W1', available_quantity: 30, committed_quantity: 3 },
      { warehouse_id: 'W2', available_quantity: 10, committed_quantity: 0 },
    ],
    ...changes,
  };
}

describe('normaliseInventory', () => {
  it('keeps each warehouse by itself, and the hour and day of the reading', () => {
    expect(normaliseInventory(someStock(), newYork, SEEN)).toEqual({
      skuId: '1729352000000000002',
      productId: '1729352000000000001',
      snapHour: SEEN,
      seenDate: '2026-11-17',
      warehouses: { warehouseId: ['W1', 'W2'], available: [30, 10], committed: [3, 0] },
    });
  });

  it.each([
    ['on the second', 1_794_961_800, 1_794_961_800],
    ['a second before', 1_794_961_799, 1_794_958_200],
  ])('begins an hour where the shop begins it, %s', (_name, seenAt, hour) => {
    expect(normaliseInventory(someStock(), colombo, seenAt).snapHour).toBe(hour);
  });

  it('dates a reading by the shop, not by UTC', () => {
    const lastOfDay = normaliseInventory(someStock(), newYork, 1_794_891_599);
    const firstOfNext = normaliseInventory(someStock(), newYork, 1_794_891_600);

    expect([lastOfDay.seenDate, firstOfNext.seenDate]).toEqual(['2026-11-16', '2026-11-17']);
  });

  it.each([undefined, []])('takes the sums where no warehouse is told (%j)', (told) => {
    const fact = normaliseInventory(someStock({ warehouse_inventory: told }), newYork, SEEN);

    expect(fact.warehouses).toEqual({ warehouseId: [''], available: [40], committed: [3] });
  });

  it.each([
    [
      'a number that is missing',
      { warehouse_inventory: [{ warehouse_id: 'W1', committed_quantity: 0 }] },
      'schema',
    ],
    [
      'sums that are missing',
      { warehouse_inventory: [], total_available_quantity: undefined },
      'schema',
    ],
    ['less than nothing', { warehouse_inventory: [], total_available_quantity: -1 }, 'range'],
    [
      'more than a table holds',
      { warehouse_inventory: [], total_committed_quantity: 4_294_967_296 },
      'range',
    ],
    [
      'one warehouse twice',
      {
        warehouse_inventory: [1, 2].map((count) => ({
          ...{ warehouse_id: 'W1', available_quantity: count, committed_quantity: 0 },
        })),
      },
      'schema',
    ],
  ])('refuses %s instead of guessing', (_name, changes, reason) => {
    expect(() => normaliseInventory(someStock(changes), newYork, SEEN)).toThrow(
      expect.objectContaining({ name: 'Rejected', reason }),
    );
  });

  it('refuses by its schema what is no whole number', () => {
    const { inventory } = createValidators();

    expect(inventory(someStock())).toBe(true);
    expect(inventory(someStock({ total_available_quantity: 1.5 }))).toBe(false);
    expect(inventory({ ...someStock(), total_available_quantity: '40' })).toBe(false);
  });

  it('makes a fact of whatever is on hand, with every number as it was told', () => {
    const count = fc.integer({ min: 0, max: 4_294_967_295 });
    const warehouses = fc.uniqueArray(fc.tuple(fc.string(), count, count), {
      minLength: 1,
      selector: ([id]) => id,
    });
    fc.assert(
      fc.property(warehouses, (told) => {
        const fact = normaliseInventory(
          someStock({
            warehouse_inventory: told.map(([warehouse_id, available, committed]) => ({
              warehouse_id,
              ...{ available_quantity: available, committed_quantity: committed },
            })),
          }),
          newYork,
          SEEN,
        );

        expect(inventoryFact.parse(fact)).toEqual(fact);
        expect(fact.warehouses.available).toEqual(told.map(([, available]) => available));
        expect(fact.warehouses.committed).toEqual(told.map(([, , committed]) => committed));
      }),
    );
  });
});
