CREATE TABLE IF NOT EXISTS finance_daily (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  type LowCardinality(String),
  currency LowCardinality(FixedString(3)),
  transactions UInt64,
  settlement Decimal(38, 4),
  revenue Decimal(38, 4),
  shipping_cost Decimal(38, 4),
  fee_tax Decimal(38, 4),
  adjustment Decimal(38, 4),
  reserve Decimal(38, 4),
  refunds Decimal(38, 4),
  ver DateTime64(6, 'UTC')
) ENGINE = ReplacingMergeTree(ver)
PARTITION BY toYear(local_date)
ORDER BY (shop_key, epoch, local_date, type, currency)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
