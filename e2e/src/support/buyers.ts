import type { Needle } from './needles.ts';

/** Fields of an order that speak of its buyer: TikTok sends them, nobody here keeps them. */
const PERSONAL =
  /^(recipient_address|user_id|buyer_\w+|seller_note|cpf\w*|consultation_id|tracking_number|payment_auth_code|payment_card_type|payment_method_code|channel_entity_national_registry_id)$/;
/** Inside an address, what says nothing of a person. */
const IMPERSONAL = /^(region_code|address_level|address_level_name|payment_card_type)$/;

/** What all invented buyers share, so that thousands of values are found by a few needles. */
const STEMS = /piicanary|\+44 7700 900|79990000000000/i;
/** Shorter ones could be anywhere by chance: they are searched for as whole words. */
const SHORTEST = 8;

/** Every value about a buyer in TikTok's answers, as it was sent. */
export function buyerValues(answers: readonly string[]): Set<string> {
  const values = new Set<string>();
  for (const answer of answers) {
    collect(parse(answer), { isPersonal: false, values });
  }
  return values;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an answer that a fault has cut off
  }
}

function collect(value: unknown, at: { isPersonal: boolean; values: Set<string> }): void {
  if (Array.isArray(value)) {
    value.forEach((item) => {
      collect(item, at);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const isPersonal = (at.isPersonal || PERSONAL.test(key)) && !IMPERSONAL.test(key);
      collect(inner, { isPersonal, values: at.values });
    }
  } else if (at.isPersonal && typeof value === 'string' && /[^*\s]/.test(value)) {
    at.values.add(value);
  }
}

/** As few needles as find every one of these values, and short values as words. */
export function buyerNeedles(values: ReadonlySet<string>): {
  readonly needles: Needle[];
  readonly words: Set<string>;
} {
  const texts = new Set<string>();
  const words = new Set<string>();
  for (const value of values) {
    const stem = STEMS.exec(value)?.[0] ?? value;
    if (stem.length < SHORTEST) {
      words.add(value);
    } else {
      texts.add(stem);
    }
  }
  return { needles: [...texts].map((text) => ({ name: `buyer: ${text}`, text })), words };
}
