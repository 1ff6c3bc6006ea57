CREATE TABLE IF NOT EXISTS payments (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  payment_id String,
  create_time DateTime('UTC'),
  paid_time Nullable(DateTime('UTC')),
  paid_date Nullable(Date),
  status LowCardinality(String),
  currency LowCardinality(FixedString(3)),
  amount Decimal(18, 4),
  settlement_amount Decimal(18, 4),
  reserve_amount Decimal(18, 4),
  before_exchange_amount Decimal(18, 4),
  before_exchange_currency LowCardinality(FixedString(3)),
  exchange_rate Decimal(18, 8),
  event_id String,
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, payment_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
