-- Price of one SKU on one local day, as it was read last on that day. The day is part of the key: what a
-- product cost on an earlier day stays, whichever version of the product comes first. The key is led by the
-- SKU; a page asks by product, which never changes for a SKU: no newer row of a key lies where it does not.
CREATE TABLE IF NOT EXISTS sku_prices (
  shop_key FixedString(26),
  epoch UInt32,
  sku_id String,
  price_date Date,
  product_id String,
  price Decimal(18, 4),
  currency LowCardinality(FixedString(3)),
  event_id String,
  ver UInt64,
  is_deleted UInt8 DEFAULT 0,
  INDEX by_product product_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(price_date)
ORDER BY (shop_key, epoch, sku_id, price_date)
TTL price_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
