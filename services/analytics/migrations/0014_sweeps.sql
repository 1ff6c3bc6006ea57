-- The newest whole listing of each kind: when it began, and the version of its first reading.
CREATE TABLE IF NOT EXISTS sweeps (
  shop_key FixedString(26),
  epoch UInt32,
  stream LowCardinality(String),
  at DateTime('UTC'),
  ver UInt64
) ENGINE = ReplacingMergeTree(ver)
ORDER BY (shop_key, epoch, stream)
TTL at + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
