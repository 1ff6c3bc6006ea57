-- A statement's lines, placed by the day of the statement.
CREATE TABLE IF NOT EXISTS finance_transactions (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  statement_id String,
  transaction_id String,
  statement_time DateTime('UTC') CODEC(Delta, ZSTD(1)),
  order_id String CODEC(ZSTD(1)),
  order_local_date Nullable(Date),
  adjustment_id String,
  type LowCardinality(String),
  reserve_status LowCardinality(String),
  currency LowCardinality(FixedString(3)),
  settlement_amount Decimal(18, 4),
  revenue_amount Decimal(18, 4),
  shipping_cost_amount Decimal(18, 4),
  fee_tax_amount Decimal(18, 4),
  adjustment_amount Decimal(18, 4),
  reserve_amount Decimal(18, 4),
  refund_subtotal Decimal(18, 4),
  refund_seller_discount Decimal(18, 4),
  breakdown Map(LowCardinality(String), Decimal(18, 4)),
  event_id String CODEC(ZSTD(1)),
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0,
  INDEX by_order_id order_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, statement_id, transaction_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
