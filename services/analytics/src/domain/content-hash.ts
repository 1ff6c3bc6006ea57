/*
 * A fast hash, against accidents and not against anybody who means harm: two lanes of 32 bits, each a
 * multiplication per character.
 */

export interface HashState {
  high: number;
  low: number;
}

export const emptyHash = (): HashState => ({ high: 0x41c6ce57 | 0, low: 0xdeadbeef | 0 });

/** Takes in a text, and that it ends here: 'a', 'bc' is not 'ab', 'c'. */
export function addText(state: HashState, text: string): void {
  let { high, low } = state;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x5f356495);
    low = Math.imul(low ^ code, 0x9e3779b1);
  }
  state.high = high;
  state.low = low;
  addNumber(state, text.length);
}

/** Takes in 32 bits, and mixes the lanes: the order of what is added tells as well. */
export function addNumber(state: HashState, number: number): void {
  state.high = Math.imul(state.high ^ (state.low >>> 15) ^ number, 0x85ebca6b);
  state.low = Math.imul(state.low ^ (state.high >>> 13) ^ number, 0xc2b2ae35);
}

/** UInt64, never 0: that stands for a hash that is not known. */
export function hashOf({ high, low }: HashState): bigint {
  const mixed = (BigInt((high ^ (low >>> 16)) >>> 0) << 32n) | BigInt((low ^ (high >>> 13)) >>> 0);
  return mixed === 0n ? 1n : mixed;
}
