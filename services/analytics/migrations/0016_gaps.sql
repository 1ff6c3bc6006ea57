-- What was read at the source and could not become a row. A gap is open while its entity has no row as
-- new as `ver`; nothing deletes it when that one comes.
CREATE TABLE IF NOT EXISTS gaps (
  shop_key FixedString(26),
  epoch UInt32,
  resource LowCardinality(String),
  entity_id String CODEC(ZSTD(1)),
  from_s UInt32,
  through_s UInt32,
  ver UInt64
) ENGINE = ReplacingMergeTree(ver)
ORDER BY (shop_key, epoch, resource, entity_id)
TTL toDateTime(through_s, 'UTC') + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
