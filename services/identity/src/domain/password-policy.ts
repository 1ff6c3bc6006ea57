export type PasswordProblem = 'malformed' | 'too_short' | 'too_long' | 'common' | 'contextual';

export interface PasswordContext {
  readonly email: string;
  /** Names of connected shops and the like; words under four characters are ignored. */
  readonly words?: readonly string[];
}

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
const SHORTEST_WORD = 4;
const OWN_WORDS = ['tokometrics', 'tiktok'];

/** One form for every path: the same text typed on another keyboard is the same password. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

/** Why a password is refused; undefined when it may be used. No composition rules. */
export function passwordProblem(
  password: string,
  context: PasswordContext,
  isCommon: (folded: string) => boolean,
): PasswordProblem | undefined {
  if (!password.isWellFormed()) {
    return 'malformed';
  }
  const normal = normalisePassword(password);
  const length = [...normal].length;
  if (length < MIN_LENGTH) {
    return 'too_short';
  }
  if (length > MAX_LENGTH) {
    return 'too_long';
  }
  const folded = normal.toLowerCase();
  if (isCommon(folded)) {
    return 'common';
  }
  return isContextual(folded, context) ? 'contextual' : undefined;
}

/** Too little is left once the words that an attacker tries first are taken out. */
function isContextual(folded: string, { email, words = [] }: PasswordContext): boolean {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const label = domain.split('.')[0] ?? '';
  const known = [...OWN_WORDS, local, label, ...words.map((word) => word.toLowerCase())]
    .filter((word) => word.length >= SHORTEST_WORD)
    .toSorted((a, b) => b.length - a.length);
  const hit = known.some((word) => folded.includes(word));
  const left = known.reduce((text, word) => text.replaceAll(word, ''), folded);
  return hit && [...left].length < MIN_LENGTH;
}
