import { dictionary } from '@zxcvbn-ts/language-common';

/** The list that attackers start with, folded to lower case. */
export function createCommonPasswords(): (folded: string) => boolean {
  const listed = new Set(dictionary['passwords-common'].map((entry) => entry.toLowerCase()));
  return (folded) => listed.has(folded);
}
