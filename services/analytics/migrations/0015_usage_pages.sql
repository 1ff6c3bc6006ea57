-- How the product is used, within an account: patterns of pages, no address. Ninety days.
CREATE TABLE IF NOT EXISTS usage_pages (
  account_id FixedString(26),
  event_id String,
  at DateTime64(3, 'UTC'),
  page LowCardinality(String),
  feature LowCardinality(String),
  seconds UInt32,
  browser LowCardinality(String),
  os LowCardinality(String),
  device_hash String
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (account_id, at, event_id)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 0
