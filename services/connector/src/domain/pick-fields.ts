/*
 * The keep list at the edge: a field that no list names is dropped, known or unknown. Lists are in
 * the order of RFC 8785, so JSON.stringify of what they build is already the canonical text.
 */
export type Json = Readonly<Record<string, unknown>>;
type Scalar = string | number | boolean;

/** Nothing that we keep is a longer text. */
const MAX_TEXT = 2_000;
const AMOUNT_KEY = /^[a-z][a-z0-9_]{0,79}$/;
const AMOUNT = /^-?\d{1,20}(\.\d{1,6})?$/;
/** Also one that is written as none may be: it holds no text, and is for the validator to refuse. */
const NUMERIC = /^[+-]?(\d|\.\d)[\d.]{0,60}(e[+-]?\d{1,4})?$/i;
const MAX_DEPTH = 4;
/** Figures are summed from these by name: left out for their form, they would pass for zero. */
const SUMMED: ReadonlySet<string> = new Set([
  ...['total_amount', 'sub_total', 'original_total_product_price', 'shipping_fee', 'tax'],
  ...['seller_discount', 'platform_discount'],
  ...['refund_subtotal_before_discount_amount', 'seller_discount_refund_amount'],
]);

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Scalars pass whatever their type: a wrong one is for the validator to refuse, not for us to hide. */
export function scalar(value: unknown): Scalar | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value;
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    default:
      return undefined;
  }
}

const HALF_CHARACTER = /\p{Surrogate}/gu;

/** The RFC 8785 text of what the readers here build; half characters, which it forbids, are replaced. */
export function canonicalText(kept: Json): string {
  const text = JSON.stringify(kept);
  // JSON.stringify writes a half character as an escape, and nothing else that begins like this.
  return text.includes(String.raw`\ud`)
    ? JSON.stringify(kept, (_key, value: unknown) =>
        typeof value === 'string' ? value.replace(HALF_CHARACTER, '\ufffd') : value,
      )
    : text;
}

export type FieldReader = (value: unknown) => unknown;

/** A reader of one object: named scalars, and nested parts with readers of their own. */
export function reader(
  scalars: readonly string[],
  nested: Readonly<Record<string, FieldReader>> = {},
): (source: Json) => Record<string, unknown> {
  const keys = [...scalars, ...Object.keys(nested)].sort();
  const readers = keys.map((key) => nested[key] ?? scalar);
  return (source) => {
    const kept: Record<string, unknown> = {};
    keys.forEach((key, index) => {
      const value = source[key];
      const read = value === undefined ? undefined : readers[index]?.(value);
      if (read !== undefined) {
        kept[key] = read;
      }
    });
    return kept;
  };
}

export function objectOf(read: (source: Json) => Record<string, unknown>): FieldReader {
  return (value) => (isJson(value) ? read(value) : undefined);
}

export function listOf(read: (source: Json) => Record<string, unknown>): FieldReader {
  return (value) => (Array.isArray(value) ? value.filter(isJson).map(read) : undefined);
}

/** Open maps of amounts: new kinds of fee come through, text does not. */
export function amounts(value: unknown, depth = 0): Record<string, unknown> | undefined {
  if (!isJson(value) || depth >= MAX_DEPTH) {
    return undefined;
  }
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (!AMOUNT_KEY.test(key)) {
      continue;
    }
    if (typeof item === 'string' || typeof item === 'number') {
      const read = NUMERIC.test(String(item)) || SUMMED.has(key) ? scalar(item) : undefined;
      if (read !== undefined) {
        kept[key] = read;
      }
    } else {
      const inner = amounts(item, depth + 1);
      if (inner !== undefined) {
        kept[key] = inner;
      }
    }
  }
  // A map without any amount may be named after anything, and says nothing.
  return Object.keys(kept).length > 0 ? kept : undefined;
}

const CURRENCY = /^[A-Z]{3}$/;

/** A flat map of amounts in one currency. */
export function payment(value: unknown): Record<string, unknown> | undefined {
  if (!isJson(value)) {
    return undefined;
  }
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    const isKept = typeof item === 'string' && AMOUNT_KEY.test(key) && AMOUNT.test(item);
    const isCurrency = typeof item === 'string' && key === 'currency' && CURRENCY.test(item);
    const read = isKept || isCurrency ? item : SUMMED.has(key) ? scalar(item) : undefined;
    if (read !== undefined) {
      kept[key] = read;
    }
  }
  return kept;
}
