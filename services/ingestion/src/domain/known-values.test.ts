import { describe, expect, it } from '@jest/globals';
import { NOON_S, rawOrderBody } from '../raw-events.test-support.ts';
import { fieldsOfUnknownValue } from './known-values.ts';
import { normaliseTransaction } from './normalise-finance.ts';
import { normaliseOrder } from './normalise-order.ts';
import { normaliseProduct } from './normalise-product.ts';

const ZONE = { zone: 'Europe/London' };
const line = (status: string | undefined, id: string) => ({
  ...{ id, currency: 'GBP', display_status: status, original_price: '1', sale_price: '1' },
});

describe('values that TikTok Shop does not document', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['documented', { status: 'ON_HOLD', line_items: [line('TO_SHIP', '1')] }, []],
    ['absent', { status: undefined, line_items: [line(undefined, '1')] }, []],
    ['a status', { status: 'INVENTED' }, ['status']],
    [
      'one line of several',
      { line_items: [line('DELIVERED', '1'), line('ODD', '2')] },
      ['lines.status'],
    ],
    [
      'several fields',
      { fulfillment_type: 'BY_DRONE', shipping_type: 'TIKTOK', commerce_platform: 'ELSEWHERE' },
      ['fulfillmentType', 'commercePlatform'],
    ],
  ])('are told by field: %s', (_what, change, fields) => {
    const order = normaliseOrder(rawOrderBody('1', change), ZONE);

    expect(fieldsOfUnknownValue('order', order)).toEqual(fields);
  });

  it('are told of products and transactions', () => {
    const sku = { id: '1', price: { currency: 'GBP' }, status_info: { status: 'ASLEEP' } };
    const product = normaliseProduct({ id: '1', status: 'ACTIVATE', skus: [sku] }, ZONE, NOON_S);
    const row = { id: '1', statement_id: '2', statement_time: NOON_S, currency: 'GBP' };
    const transaction = normaliseTransaction({ ...row, type: 'NEW_FEE' }, ZONE);

    expect(fieldsOfUnknownValue('product', product)).toEqual(['skus.status']);
    expect(fieldsOfUnknownValue('transaction', transaction)).toEqual(['type']);
  });
});
