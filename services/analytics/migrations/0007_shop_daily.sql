CREATE TABLE IF NOT EXISTS shop_daily (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  event_date Date,
  currency LowCardinality(FixedString(3)),
  orders UInt64,
  units UInt64,
  gift_units UInt64,
  gross_sales Decimal(38, 4),
  seller_discount Decimal(38, 4),
  platform_discount Decimal(38, 4),
  shipping_fee Decimal(38, 4),
  tax Decimal(38, 4),
  total_amount Decimal(38, 4),
  cancelled_orders UInt64,
  cancelled_units UInt64,
  cancelled_value Decimal(38, 4),
  cancelled_orders_by_sale UInt64,
  cancelled_value_by_sale Decimal(38, 4),
  refunds Decimal(38, 4),
  refunds_of_cancelled Decimal(38, 4),
  refunds_by_sale Decimal(38, 4),
  over_refunded_orders UInt64,
  ver DateTime64(6, 'UTC'),
  INDEX by_event_date event_date TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(ver)
PARTITION BY toYear(local_date)
ORDER BY (shop_key, epoch, local_date, event_date, currency)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
