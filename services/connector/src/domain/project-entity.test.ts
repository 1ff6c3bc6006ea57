import { describe, expect, it } from '@jest/globals';
import {
  rawInventory,
  rawOrder,
  rawPayment,
  rawProduct,
  rawStatement,
  rawTransaction,
  rawUnsettled,
  RESOURCES,
} from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import fc from 'fast-check';
import { canonicalText } from './pick-fields.ts';
import type { Json } from './pick-fields.ts';
import { projectEntity } from './project-entity.ts';

const NEEDLE = 'needle-7f3a';
/** What the platform may send of a person, and some that it does not know yet. */
const DROPPED = {
  recipient_address: { name: NEEDLE, phone_number: NEEDLE, region_code: NEEDLE, id: NEEDLE },
  buyer_email: NEEDLE,
  buyer_message: NEEDLE,
  seller_note: NEEDLE,
  cpf: NEEDLE,
  cpf_name: NEEDLE,
  user_id: NEEDLE,
  tracking_number: NEEDLE,
  payment_auth_code: NEEDLE,
  payment_card_type: NEEDLE,
  payment_method_code: NEEDLE,
  payment_method_name: NEEDLE,
  channel_entity_national_registry_id: NEEDLE,
  consultation_id: NEEDLE,
  needs_prescription: NEEDLE,
  return_tracking_number: NEEDLE,
  bank_account: NEEDLE,
  seller_name: NEEDLE,
  creator_inventory: [{ creator_name: NEEDLE }],
  creator_name: NEEDLE,
  campaign_name: NEEDLE,
  x_sandbox_unknown_1: { deep: [NEEDLE] },
} as const;

const KEPT: Readonly<Record<(typeof RESOURCES)[number], Json>> = {
  order: {
    id: '576352000000536365',
    status: 'COMPLETED',
    create_time: 1_762_935_960,
    payment: { currency: 'GBP', sub_total: '139.12' },
    line_items: [{ id: '1', sale_price: '2.55', item_tax: [{ tax_amount: '0.10' }] }],
  },
  product: {
    id: '1729352000000000001',
    title: 'Lantern',
    skus: [{ id: '2', seller_sku: '85123A', price: { currency: 'GBP', sale_price: '2.55' } }],
  },
  statement: { id: '7352000000000000001', currency: 'GBP', settlement_amount: '-1.00' },
  transaction: {
    id: '8352000000000000001',
    statement_id: '7352000000000000001',
    statement_time: 1_763_769_600,
    type: 'ORDER',
    fee_tax_breakdown: { fee: { platform_commission_amount: '-0.40' }, tax: { vat_amount: '0' } },
  },
  payment: {
    id: '3458352000020261115',
    create_time: 1_763_251_200,
    status: 'PAID',
    exchange_rate: '1.000000',
    amount: { currency: 'USD', value: '87.66' },
    reserve_amount: { currency: 'USD', value: '-12.34' },
  },
  inventory: {
    id: '1729352000000000002',
    product_id: '1729352000000000001',
    seller_sku: '85123A',
    total_available_quantity: 40,
    total_committed_quantity: 3,
    total_available_inventory_distribution: {
      in_shop_inventory: { quantity: 35 },
      campaign_inventory: [],
      creator_inventory: [{ quantity: 5 }],
    },
    warehouse_inventory: [
      { warehouse_id: '7068517275539719942', available_quantity: 40, committed_quantity: 3 },
    ],
  },
  unsettled: {
    id: '8352000000000000002',
    type: 'ORDER',
    status: 'UNSETTLED',
    unsettled_reason: 'ORDER_NOT_COMPLETED',
    estimated_settlement: '7 days after delivery',
    currency: 'USD',
    order_id: '576352000000536365',
    order_create_time: 1_762_935_960,
    est_settlement_amount: '20.10',
    fee_tax_breakdown: { fee: { platform_commission_amount: '-0.40' } },
  },
};

/** The same object with the needles put into every object of it, at every depth. */
function spoil(value: unknown, extra: Json): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => spoil(item, extra));
  }
  if (typeof value === 'object' && value !== null) {
    const own = Object.entries(value).map(([key, item]) => [key, spoil(item, extra)]);
    return { ...extra, ...(Object.fromEntries(own) as Json) };
  }
  return value;
}

describe.each(RESOURCES)('projection of a %s', (resource) => {
  it('keeps what is on the list, and nothing of the drop list at any depth', () => {
    const kept = projectEntity(resource, KEPT[resource]);
    expect(kept).toEqual(KEPT[resource]);

    const spoiled = projectEntity(resource, spoil(KEPT[resource], DROPPED) as Json);

    expect(spoiled).toEqual(kept);
    expect(JSON.stringify(spoiled)).not.toContain(NEEDLE);
  });

  it('is blind to any other field, whatever its name and value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (extra) => {
        const foreign = Object.fromEntries(
          Object.entries(extra).map(([key, value]) => [`~${key}`, value]),
        );
        const spoiled = spoil(KEPT[resource], foreign) as Json;

        expect(projectEntity(resource, spoiled)).toEqual(projectEntity(resource, KEPT[resource]));
      }),
    );
  });

  it('of anything at all is what it is projected again, and one canonical text', () => {
    const names = fc.constantFrom(
      ...Object.keys(KEPT[resource]),
      ...['update_time', 'cancel_reason', 'revenue_breakdown', 'buyer_email', 'item_tax'],
    );
    const anything = fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })));
    fc.assert(
      fc.property(anything, (source) => {
        const once = projectEntity(resource, source);
        const text = canonicalText(once);

        expect(projectEntity(resource, once)).toEqual(once);
        expect(text).toBe(canonicalJson(JSON.parse(text)));
      }),
    );
  });
});

describe('what a projection may pass on', () => {
  it('is every field of a line item that the policy lists, in canonical order', () => {
    const item = {
      sku_name: 'Default',
      sku_id: '1729352000000000002',
      seller_sku: '85123A',
      seller_discount: '0.10',
      sale_price: '2.45',
      product_name: 'Lantern',
      product_id: '1729352000000000001',
      platform_discount: '0.00',
      original_price: '2.55',
      item_tax: [{ tax_type: 'SALES_TAX', tax_rate: '0.2', tax_amount: '0.10' }],
      is_gift: false,
      id: '576352000000536366',
      display_status: 'CANCELLED',
      currency: 'GBP',
      cancel_user: 'BUYER',
      cancel_reason: 'no longer needed',
    };
    const source = { id: '1', line_items: [{ ...item, ...DROPPED }] };

    const kept = projectEntity('order', source);

    expect(kept).toStrictEqual({ id: '1', line_items: [item] });
    expect(canonicalText(kept)).toBe(canonicalJson(kept));
  });

  it('fits what ingestion expects', () => {
    expect(rawOrder.safeParse(projectEntity('order', KEPT.order)).success).toBe(true);
    expect(rawProduct.safeParse(projectEntity('product', KEPT.product)).success).toBe(true);
    expect(rawStatement.safeParse(projectEntity('statement', KEPT.statement)).success).toBe(true);
    expect(rawInventory.safeParse(projectEntity('inventory', KEPT.inventory)).success).toBe(true);
    expect(rawUnsettled.safeParse(projectEntity('unsettled', KEPT.unsettled)).success).toBe(true);
    expect(rawPayment.safeParse(projectEntity('payment', KEPT.payment)).success).toBe(true);
    expect(rawTransaction.safeParse(projectEntity('transaction', KEPT.transaction)).success).toBe(
      true,
    );
  });

  it('lets new kinds of fee through a breakdown, and no text', () => {
    const fee = { new_fee_amount: '-1.25', note: NEEDLE, 'Odd Key': '1.00', nested: { a: '1' } };

    expect(
      projectEntity('transaction', { id: '1', fee_tax_breakdown: { fee, payer: NEEDLE } }),
    ).toEqual({
      id: '1',
      fee_tax_breakdown: { fee: { nested: { a: '1' }, new_fee_amount: '-1.25' } },
    });
  });

  it('lets amounts and one currency through a payment, and no text', () => {
    const payment = { currency: 'GBP', sub_total: '1.00', note: NEEDLE, card: '4111111111111111' };

    expect(projectEntity('order', { id: '1', payment })).toEqual({
      id: '1',
      payment: { card: '4111111111111111', currency: 'GBP', sub_total: '1.00' },
    });
  });

  it('lets amounts of a wrong form through, for the validator to refuse them instead of us to make them zero', () => {
    const wrong = { total_amount: '1e9', tax: 10, shipping_fee: 'ten', note: 7 };
    const breakdown = {
      ...{ new_fee: '-1e3', longer_fee: '-123456789012345678901.00', count: -2 },
      ...{ refund_subtotal_before_discount_amount: 'ten', other: NEEDLE },
    };

    expect(projectEntity('order', { id: '1', payment: wrong })).toEqual({
      id: '1',
      payment: { shipping_fee: 'ten', tax: 10, total_amount: '1e9' },
    });
    expect(projectEntity('transaction', { id: '1', revenue_breakdown: breakdown })).toEqual({
      id: '1',
      revenue_breakdown: {
        ...{ count: -2, longer_fee: '-123456789012345678901.00', new_fee: '-1e3' },
        refund_subtotal_before_discount_amount: 'ten',
      },
    });
  });

  it('replaces half a character, so that the text has one canonical form', () => {
    const text = canonicalText(projectEntity('product', { id: '1', title: 'a\ud83d' }));

    expect(text).toBe('{"id":"1","title":"a\ufffd"}');
    expect(text).toBe(canonicalJson(JSON.parse(text)));
  });
});
