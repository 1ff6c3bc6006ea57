-- The transactions that concern an order, once more, placed by the day of that order: an order's
-- bucket then holds all that its figures need. `refund` is positive when money went back.
CREATE TABLE IF NOT EXISTS order_settlements (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  order_id String CODEC(ZSTD(1)),
  transaction_id String,
  statement_id String,
  statement_time DateTime('UTC'),
  statement_date Date,
  statement_hour DateTime('UTC'),
  type LowCardinality(String),
  currency LowCardinality(FixedString(3)),
  settlement_amount Decimal(18, 4),
  revenue_amount Decimal(18, 4),
  shipping_cost_amount Decimal(18, 4),
  fee_tax_amount Decimal(18, 4),
  adjustment_amount Decimal(18, 4),
  refund Decimal(18, 4),
  event_id String CODEC(ZSTD(1)),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, order_id, transaction_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
