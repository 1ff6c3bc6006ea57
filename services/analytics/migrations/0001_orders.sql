-- One row per order and source version; the lines live in the row, so an order changes in one write.
-- `local_date` (day of creation in the shop's zone) never changes: it places the row and names the
-- bucket that is rolled up again. Sale and cancellation days may move and are ordinary columns.
CREATE TABLE IF NOT EXISTS orders (
  shop_key FixedString(26),
  epoch UInt32,
  local_date Date,
  order_id String CODEC(ZSTD(1)),
  create_time DateTime('UTC') CODEC(Delta, ZSTD(1)),
  update_time DateTime('UTC') CODEC(Delta, ZSTD(1)),
  paid_time Nullable(DateTime('UTC')),
  sale_date Nullable(Date),
  sale_hour Nullable(DateTime('UTC')),
  cancel_time Nullable(DateTime('UTC')),
  cancel_date Nullable(Date),
  cancel_hour Nullable(DateTime('UTC')),
  rts_time Nullable(DateTime('UTC')),
  rts_sla_time Nullable(DateTime('UTC')),
  delivery_time Nullable(DateTime('UTC')),
  status LowCardinality(String),
  is_cancelled UInt8,
  cancellation_initiator LowCardinality(String),
  cancel_reason LowCardinality(String),
  fulfillment_type LowCardinality(String),
  shipping_type LowCardinality(String),
  commerce_platform LowCardinality(String),
  warehouse_id String CODEC(ZSTD(1)),
  is_cod UInt8,
  is_sample UInt8,
  is_replacement UInt8,
  is_exchange UInt8,
  is_on_hold UInt8,
  currency LowCardinality(FixedString(3)),
  total_amount Decimal(18, 4),
  sub_total Decimal(18, 4),
  original_total_product_price Decimal(18, 4),
  seller_discount Decimal(18, 4),
  platform_discount Decimal(18, 4),
  shipping_fee Decimal(18, 4),
  tax Decimal(18, 4),
  other_amounts Map(LowCardinality(String), Decimal(18, 4)),
  -- One element is one unit.
  lines Nested(
    line_id String,
    product_id String,
    sku_id String,
    seller_sku String,
    status LowCardinality(String),
    cancelled UInt8,
    is_gift UInt8,
    original_price Decimal(18, 4),
    sale_price Decimal(18, 4),
    seller_discount Decimal(18, 4),
    platform_discount Decimal(18, 4)
  ),
  -- Sums over the lines, made once at insert: the shop's rollups then read no arrays.
  countable UInt8 MATERIALIZED
    sale_date IS NOT NULL AND is_sample = 0 AND is_replacement = 0 AND is_exchange = 0,
  gift_units UInt32 MATERIALIZED arrayCount(gift -> gift = 1, lines.is_gift),
  units UInt32 MATERIALIZED length(lines.is_gift) - arrayCount(gift -> gift = 1, lines.is_gift),
  gross_sales Decimal(18, 4) MATERIALIZED
    arraySum((price, gift) -> if(gift = 1, toDecimal64(0, 4), price),
      lines.original_price, lines.is_gift),
  lines_seller_discount Decimal(18, 4) MATERIALIZED
    arraySum((discount, gift) -> if(gift = 1, toDecimal64(0, 4), discount),
      lines.seller_discount, lines.is_gift),
  lines_platform_discount Decimal(18, 4) MATERIALIZED
    arraySum((discount, gift) -> if(gift = 1, toDecimal64(0, 4), discount),
      lines.platform_discount, lines.is_gift),
  cancelled_units UInt32 MATERIALIZED
    arrayCount((gone, gift) -> gift = 0 AND (gone = 1 OR is_cancelled = 1),
      lines.cancelled, lines.is_gift),
  cancelled_value Decimal(18, 4) MATERIALIZED
    arraySum((price, discount, gone, gift) ->
        if(gift = 0 AND (gone = 1 OR is_cancelled = 1), price - discount, toDecimal64(0, 4)),
      lines.original_price, lines.seller_discount, lines.cancelled, lines.is_gift),
  event_id String CODEC(ZSTD(1)),
  origin LowCardinality(String),
  schema_version UInt16,
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3),
  ver UInt64,
  is_deleted UInt8 DEFAULT 0,
  INDEX by_order_id order_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_update_time update_time TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(ver, is_deleted)
PARTITION BY toYYYYMM(local_date)
ORDER BY (shop_key, epoch, local_date, order_id)
TTL local_date + INTERVAL 2 YEAR
SETTINGS non_replicated_deduplication_window = 0
