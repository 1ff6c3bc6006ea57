import type { Resource } from '@tokometrics/contracts';
import { amounts, listOf, objectOf, payment, reader, scalar } from './pick-fields.ts';
import type { Json } from './pick-fields.ts';

const itemTaxes = listOf(reader(['tax_amount', 'tax_rate', 'tax_type']));

/**
 * Written out, in the order of RFC 8785: orders are mostly line items, and a shape that the engine
 * knows is read in less than half the time. What an item lacks is undefined, which has no text.
 */
function lineItem(item: Json): Record<string, unknown> {
  return {
    cancel_reason: scalar(item['cancel_reason']),
    cancel_user: scalar(item['cancel_user']),
    currency: scalar(item['currency']),
    display_status: scalar(item['display_status']),
    id: scalar(item['id']),
    is_gift: scalar(item['is_gift']),
    item_tax: itemTaxes(item['item_tax']),
    original_price: scalar(item['original_price']),
    platform_discount: scalar(item['platform_discount']),
    product_id: scalar(item['product_id']),
    product_name: scalar(item['product_name']),
    sale_price: scalar(item['sale_price']),
    seller_discount: scalar(item['seller_discount']),
    seller_sku: scalar(item['seller_sku']),
    sku_id: scalar(item['sku_id']),
    sku_name: scalar(item['sku_name']),
  };
}

/** What the policy lists of an order: ids, amounts, states and times. No buyer, no address, no message. */
const order = reader(
  [
    'id',
    'status',
    'order_type',
    'create_time',
    'paid_time',
    'update_time',
    'cancel_time',
    'request_cancel_time',
    'rts_time',
    'rts_sla_time',
    'delivery_time',
    'cancel_reason',
    'cancellation_initiator',
    'fulfillment_type',
    'shipping_type',
    'commerce_platform',
    'is_cod',
    'is_sample_order',
    'is_replacement_order',
    'is_exchange_order',
    'is_on_hold_order',
    'warehouse_id',
  ],
  { payment, line_items: listOf(lineItem) },
);

const product = reader(['id', 'title', 'status', 'create_time', 'update_time'], {
  skus: listOf(
    reader(['id', 'seller_sku'], {
      price: objectOf(reader(['currency', 'sale_price', 'tax_exclusive_price'])),
      status_info: objectOf(reader(['status'])),
    }),
  ),
});

const statement = reader([
  'id',
  'statement_time',
  'currency',
  'payment_id',
  'payment_status',
  'settlement_amount',
  'revenue_amount',
  'net_sales_amount',
  'shipping_cost_amount',
  'fee_amount',
  'adjustment_amount',
]);

const money = objectOf(reader(['currency', 'value']));

/** Amounts, states and times; not the account that the money goes to. */
const paymentRecord = reader(['id', 'create_time', 'paid_time', 'status', 'exchange_rate'], {
  amount: money,
  settlement_amount: money,
  reserve_amount: money,
  payment_amount_before_exchange: money,
});

const quantity = reader(['quantity']);

/** How many, of what and where; not who promotes it or under which name. */
const inventory = reader(
  ['id', 'product_id', 'seller_sku', 'total_available_quantity', 'total_committed_quantity'],
  {
    total_available_inventory_distribution: objectOf(
      reader([], {
        in_shop_inventory: objectOf(quantity),
        campaign_inventory: listOf(quantity),
        creator_inventory: listOf(quantity),
      }),
    ),
    warehouse_inventory: listOf(
      reader(['warehouse_id', 'available_quantity', 'committed_quantity']),
    ),
  },
);

const transaction = reader(
  [
    'id',
    'statement_id',
    'statement_time',
    'type',
    'currency',
    'order_id',
    'order_create_time',
    'adjustment_id',
    'adjustment_order_id',
    'associated_order_id',
    'reserve_status',
    'settlement_amount',
    'revenue_amount',
    'shipping_cost_amount',
    'fee_tax_amount',
    'adjustment_amount',
    'reserve_amount',
  ],
  {
    revenue_breakdown: (value) => amounts(value),
    shipping_cost_breakdown: (value) => amounts(value),
    fee_tax_breakdown: (value) => amounts(value),
    supplementary_component: (value) => amounts(value),
  },
);

const unsettled = reader(
  [
    'id',
    'type',
    'status',
    'unsettled_reason',
    'estimated_settlement',
    'currency',
    'order_id',
    'order_create_time',
    'order_delivery_time',
    'adjustment_id',
    'adjustment_order_id',
    'est_settlement_amount',
    'est_revenue_amount',
    'est_shipping_cost_amount',
    'est_fee_tax_amount',
    'est_adjustment_amount',
  ],
  {
    revenue_breakdown: (value) => amounts(value),
    shipping_cost_breakdown: (value) => amounts(value),
    fee_tax_breakdown: (value) => amounts(value),
  },
);

const BY_RESOURCE: Readonly<Record<Resource, (source: Json) => Record<string, unknown>>> = {
  order,
  product,
  statement,
  transaction,
  payment: paymentRecord,
  inventory,
  unsettled,
};

/** The only form in which an entity leaves this process or is stored. */
export function projectEntity(resource: Resource, source: Json): Record<string, unknown> {
  return BY_RESOURCE[resource](source);
}
