-- `seen_date` is the day of the last fetch: a product that is still listed never ages out.
CREATE TABLE IF NOT EXISTS products (
  shop_key FixedString(26),
  epoch UInt32,
  product_id String,
  title String CODEC(ZSTD(3)),
  status LowCardinality(String),
  skus Nested(
    sku_id String,
    seller_sku String,
    status LowCardinality(String),
    price Decimal(18, 4),
    currency LowCardinality(FixedString(3))
  ),
  create_time DateTime('UTC'),
  update_time DateTime('UTC'),
  seen_date Date,
  event_id String,
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0
) ENGINE = ReplacingMergeTree(ver, is_deleted)
ORDER BY (shop_key, epoch, product_id)
TTL seen_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
