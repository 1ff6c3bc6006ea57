-- `orders` counts an order at the first of its lines of a product, so that it adds up over the
-- product's SKUs; `sku_orders` counts it once per SKU.
CREATE TABLE IF NOT EXISTS product_daily (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  event_date Date,
  product_id String,
  sku_id String,
  currency LowCardinality(FixedString(3)),
  orders UInt64,
  sku_orders UInt64,
  units UInt64,
  gift_units UInt64,
  gross_sales Decimal(38, 4),
  seller_discount Decimal(38, 4),
  platform_discount Decimal(38, 4),
  cancelled_units UInt64,
  cancelled_value Decimal(38, 4),
  cancelled_value_by_sale Decimal(38, 4),
  ver DateTime64(6, 'UTC'),
  INDEX by_event_date event_date TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(ver)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, event_date, product_id, sku_id, currency)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
