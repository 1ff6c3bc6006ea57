CREATE TABLE IF NOT EXISTS statements (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  statement_id String,
  statement_time DateTime('UTC'),
  payment_id String,
  payment_status LowCardinality(String),
  currency LowCardinality(FixedString(3)),
  settlement_amount Decimal(18, 4),
  revenue_amount Decimal(18, 4),
  net_sales_amount Decimal(18, 4),
  shipping_cost_amount Decimal(18, 4),
  fee_amount Decimal(18, 4),
  adjustment_amount Decimal(18, 4),
  event_id String,
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, statement_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
