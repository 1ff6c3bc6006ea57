-- Stock of one SKU in one hour, as it was read last within it. The warehouses lie in the row: one that
-- the next reading does not tell of any more leaves with the row that told of it.
CREATE TABLE IF NOT EXISTS inventory_snapshots (
  shop_key FixedString(26),
  epoch UInt32,
  sku_id String,
  snap_hour DateTime('UTC'),
  product_id String,
  seen_date Date,
  warehouses Nested(
    warehouse_id String,
    available UInt32,
    committed UInt32
  ),
  event_id String,
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(snap_hour)
ORDER BY (shop_key, epoch, sku_id, snap_hour)
TTL seen_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
