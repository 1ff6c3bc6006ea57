-- Estimates of what will be on a statement. A row is there still if the last whole listing has read it:
-- its `ver` is then not below that of the shop's row in `sweeps`. What is gone is never deleted here.
CREATE TABLE IF NOT EXISTS unsettled (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  transaction_id String,
  order_id String,
  adjustment_id String,
  type LowCardinality(String),
  reason LowCardinality(String),
  order_create_time Nullable(DateTime('UTC')),
  delivery_time Nullable(DateTime('UTC')),
  currency LowCardinality(FixedString(3)),
  est_settlement_amount Decimal(18, 4),
  est_revenue_amount Decimal(18, 4),
  est_shipping_cost_amount Decimal(18, 4),
  est_fee_tax_amount Decimal(18, 4),
  est_adjustment_amount Decimal(18, 4),
  breakdown Map(LowCardinality(String), Decimal(18, 4)),
  event_id String,
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, transaction_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
