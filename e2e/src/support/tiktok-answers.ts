import { z } from 'zod';
import type { Control } from './control.ts';

const tokenAnswer = z.object({
  data: z.object({ access_token: z.string(), refresh_token: z.string() }),
});
const orderAnswer = z.object({
  data: z.object({ orders: z.array(z.looseObject({ id: z.string() })).min(1) }),
});

function parsed<S extends z.ZodType>(answers: readonly string[], schema: S): z.output<S>[] {
  return answers.flatMap((answer) => {
    try {
      return [schema.parse(JSON.parse(answer))];
    } catch {
      return [];
    }
  });
}

/** Access and refresh tokens in the order in which they were issued. */
export function tokensIn(answers: readonly string[]): string[] {
  return parsed(answers, tokenAnswer).flatMap(({ data }) => Object.values(data));
}

/** With all that TikTok tells of its buyer. */
export function anOrderIn(answers: readonly string[]): { readonly id: string } {
  return parsed(answers, orderAnswer)[0]?.data.orders[0] ?? { id: '' };
}

/** TikTok's own id of the retail shop. */
export async function shopId(control: Control): Promise<string> {
  const { shops } = z
    .object({ shops: z.array(z.object({ key: z.string(), id: z.string() })) })
    .parse(await control.get('/state'));
  return shops.find(({ key }) => key === 'retail')?.id ?? '';
}
