import { z } from 'zod';
import type { BenchStack } from './bench-stack.ts';
import type { SandboxCall, SandboxClient } from './sandbox-client.ts';

const SEARCH = '/order/202309/orders/search';
const orders = z.array(z.object({ id: z.string(), line_items: z.array(z.unknown()) }));
const page = z.object({
  data: z.object({ next_page_token: z.string().default(''), orders: orders.default([]) }),
});

export interface Served {
  readonly orders: number;
  readonly lines: number;
  readonly seconds: number;
}

/** Reads every order of the shop once, page by page, with nothing behind it. */
export async function walkOrders(client: SandboxClient): Promise<Served> {
  const startedAt = performance.now();
  const served = { orders: 0, lines: 0 };
  let next = '';
  do {
    const query = new URLSearchParams({
      ...{ page_size: '50', sort_field: 'create_time', sort_order: 'DESC' },
      ...(next === '' ? {} : { page_token: next }),
    });
    const answer = await client({
      ...{ method: 'POST', target: `${SEARCH}?${query.toString()}`, body: '{}' },
    });
    const { data } = page.parse(answer);
    served.orders += data.orders.length;
    served.lines += data.orders.reduce((sum, order) => sum + order.line_items.length, 0);
    next = data.next_page_token;
  } while (next !== '');
  return { ...served, seconds: (performance.now() - startedAt) / 1000 };
}

const log = z.object({
  calls: z.array(
    z.object({
      method: z.string(),
      target: z.string(),
      body: z.string().optional(),
      shop: z.string().nullable(),
      code: z.number(),
    }),
  ),
});

/** What has been asked about shops since the log was emptied, as far as it was answered. */
export async function askedCalls({ control }: BenchStack): Promise<SandboxCall[]> {
  const { calls } = log.parse(await control.get('/calls?limit=100000'));
  return calls.filter(({ shop, code }) => shop !== null && code === 0);
}

const verdict = z.object({ code: z.literal(0) });

/** The same pages again, one after another, as fast as they come; in seconds. */
export async function replay(
  client: SandboxClient,
  calls: readonly SandboxCall[],
): Promise<number> {
  const startedAt = performance.now();
  for (const call of calls) {
    verdict.parse(await client(call));
  }
  return (performance.now() - startedAt) / 1000;
}
