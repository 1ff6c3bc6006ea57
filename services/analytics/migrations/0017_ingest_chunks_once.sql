-- One row per chunk, by its offsets: the answer to an insert may be lost, and the insert repeated.
-- Chunks that come again after a crash have other bounds as a rule: their rows overlap, and both say
-- what was consumed. The replacement is one step, and the same again changes nothing; counts that
-- another process writes in the moment of the step are lost.
CREATE OR REPLACE TABLE ingest_chunks (
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
) ENGINE = ReplacingMergeTree(committed_at)
ORDER BY (topic, partition, min_offset, max_offset)
TTL toDateTime(committed_at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 0
AS SELECT * FROM ingest_chunks
