import { z } from 'zod';
import { askTables } from './clickhouse.ts';
import type { System } from './start-system.ts';

const compared = z.object({
  id: z.string(),
  amount: z.string(),
  settled: z.string(),
  reserve: z.string(),
});

/**
 * Of every payment that a shop's payments or statements name: by how much its own record differs from
 * the statements that it pays and their reserves. TikTok serves the two apart.
 */
export function paymentsBesideStatements(
  system: System,
  shopKey: string,
): Promise<z.output<typeof compared>[]> {
  return askTables(
    system,
    `WITH
       stated AS (
         SELECT statement_id, payment_id, settlement_amount
         FROM statements FINAL WHERE shop_key = {shop:String} AND payment_id != ''),
       kept AS (
         SELECT statement_id, sum(reserve_amount) AS reserve
         FROM finance_transactions FINAL WHERE shop_key = {shop:String} GROUP BY statement_id)
     SELECT id, toString(sum(a)) AS amount, toString(sum(s)) AS settled, toString(sum(r)) AS reserve
     FROM (
       SELECT payment_id AS id, amount AS a, settlement_amount AS s, reserve_amount AS r
       FROM payments FINAL WHERE shop_key = {shop:String}
       UNION ALL
       SELECT payment_id, -(settlement_amount + reserve), -settlement_amount, -reserve
       FROM stated LEFT JOIN kept USING (statement_id))
     GROUP BY id ORDER BY id`,
    { shop: shopKey },
    compared,
  );
}
