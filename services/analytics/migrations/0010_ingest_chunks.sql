-- What became of every record of a stored chunk, per topic and partition: the counts add up to
-- `n_consumed`. No shop is named here.
CREATE TABLE IF NOT EXISTS ingest_chunks (
  topic LowCardinality(String),
  partition UInt16,
  min_offset UInt64,
  max_offset UInt64,
  n_consumed UInt32,
  n_stored UInt32,
  n_superseded UInt32,
  n_duplicate UInt32,
  n_marker UInt32,
  n_fenced UInt32,
  n_expired UInt32,
  n_dlq UInt32,
  committed_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = MergeTree
ORDER BY (topic, partition, min_offset)
TTL toDateTime(committed_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 0
