-- One row per unit that was ordered, for who asks by SQL, and for the audit's second way. A view: it keeps
-- nothing, and what is erased from orders is gone from it.
CREATE VIEW IF NOT EXISTS order_lines AS
SELECT shop_key, epoch, local_date, order_id, sale_date, cancel_date, is_cancelled, is_sample,
  is_replacement, is_exchange, currency, lines.line_id AS line_id, lines.product_id AS product_id,
  lines.sku_id AS sku_id, lines.status AS line_status, lines.cancelled AS line_cancelled,
  lines.is_gift AS is_gift, lines.original_price AS original_price, lines.sale_price AS sale_price,
  lines.seller_discount AS seller_discount, lines.platform_discount AS platform_discount, ver
FROM orders FINAL
ARRAY JOIN lines
