const SPECIAL: ReadonlyMap<string, string | undefined> = new Map([
  ['EIRE', 'IE'],
  ['RSA', 'ZA'],
  ['USA', 'US'],
  ['Channel Islands', 'JE'],
  ['Unspecified', undefined],
  ['European Community', undefined],
]);

const LETTERS = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
/** English names as the runtime's region data has them; built at the first use. */
const byName = new Map<string, string>();

export function regionCodeOf(country: string): string | undefined {
  if (SPECIAL.has(country)) {
    return SPECIAL.get(country);
  }
  if (byName.size === 0) {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (const code of LETTERS.flatMap((a) => LETTERS.map((b) => a + b))) {
      const name = names.of(code);
      // Old codes share a name with the current one, which comes later only for "UK".
      if (name !== undefined && code !== 'UK') {
        byName.set(name, byName.get(name) ?? code);
      }
    }
    byName.set('Czech Republic', 'CZ');
  }
  return byName.get(country);
}
