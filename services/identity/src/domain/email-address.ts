import { domainToASCII } from 'node:url';

const SHAPE = /^[^\s@<>"(),:;[\]\\]{1,64}@[^\s@]{1,189}$/;

/** The form under which an address is looked up; undefined when it is none. No provider's own rules. */
export function normaliseEmail(text: string): string | undefined {
  const trimmed = text.trim().normalize('NFC').toLowerCase();
  if (!SHAPE.test(trimmed) || hasControl(trimmed)) {
    return undefined;
  }
  const at = trimmed.lastIndexOf('@');
  const domain = domainToASCII(trimmed.slice(at + 1));
  return domain === '' ? undefined : `${trimmed.slice(0, at)}@${domain}`;
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}
