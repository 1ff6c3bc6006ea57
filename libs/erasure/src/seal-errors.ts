export { KeyShredded } from '@tokometrics/kit';

/** The key is there, yet the bytes do not open: damaged, cut from another record, or not ours. Alert. */
export class DecryptError extends Error {
  override readonly name = 'DecryptError';

  constructor(reason: 'form' | 'key' | 'authentication' | 'content') {
    super(`sealed body does not open: ${reason}`);
  }
}
