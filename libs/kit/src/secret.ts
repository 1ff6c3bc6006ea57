import { inspect } from 'node:util';
import { z } from 'zod';

const MASK = '[secret]';

/** Masks itself wherever it is printed or serialised; `reveal()` is the only way to the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** A configuration value that must not be printed. */
export const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value));
