type Body = Readonly<Record<string, unknown>>;

/** Of a raw body: what a map holds is content, not schema. */
const OPEN_MAPS = new Set([
  ...['payment', 'revenue_breakdown', 'shipping_cost_breakdown', 'fee_tax_breakdown'],
  'supplementary_component',
]);
const MORE = { risk_state: 'A_VALUE_OF_TOMORROW', score: 0.5, bundle: { of: [1] } };

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The same raw body as a later minor version would have it: more that is optional beside what was there,
 * within its parts and within each element of their lists, and nothing else.
 */
export function inLaterSchema<B extends Body>(body: B): B {
  const parts = Object.entries(body).map(([name, part]) => {
    if (Array.isArray(part)) {
      return [name, part.map((item: unknown) => (isBody(item) ? inLaterSchema(item) : item))];
    }
    return [name, isBody(part) && !OPEN_MAPS.has(name) ? inLaterSchema(part) : part];
  });
  return { ...(Object.fromEntries(parts) as B), ...MORE };
}
