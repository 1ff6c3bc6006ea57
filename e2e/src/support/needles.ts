/**
 * What must be found nowhere, and how it might be written where it is: as it is, in JSON, in an
 * address, in hex, in base64 at any alignment.
 */
export interface Needle {
  /** Said when it is found; never the needle itself where that is a secret. */
  readonly name: string;
  readonly text: string;
}

/** The characters of base64 that depend on the needle alone, behind 0, 1 or 2 bytes of anything. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
}

function forms(text: string): Buffer[] {
  const hex = Buffer.from(text, 'utf8').toString('hex');
  const base64 = base64Forms(text);
  const escaped = text.replaceAll(
    /[^A-Za-z0-9 _.-]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const texts = [
    ...[text, JSON.stringify(text).slice(1, -1), text.replaceAll('/', '\\/'), escaped],
    ...[encodeURIComponent(text), new URLSearchParams({ q: text }).toString().slice(2)],
    ...[hex, hex.toUpperCase()],
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...[...new Set(texts)].map((form) => Buffer.from(form, 'utf8')), utf16(text)];
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** Values too short to be searched for in any bytes: they count where they are a whole text of JSON. */
const WHOLE_TEXT = /"([A-Za-z0-9]{4,7})\\?"/g;

export interface Scanner {
  /** Names of the needles that these bytes hold. */
  found(bytes: Buffer): Set<string>;
}

export function createScanner(
  needles: readonly Needle[],
  words: ReadonlySet<string> = new Set(),
): Scanner {
  const patterns = needles.flatMap(({ name, text }) =>
    forms(text).map((bytes) => ({ name, bytes })),
  );
  return {
    found: (bytes) => {
      const hits = patterns.filter((one) => bytes.includes(one.bytes)).map(({ name }) => name);
      const texts = words.size === 0 ? [] : bytes.toString('latin1').matchAll(WHOLE_TEXT);
      for (const [, word = ''] of texts) {
        if (words.has(word)) {
          hits.push(`word: ${word}`);
        }
      }
      return new Set(hits);
    },
  };
}
