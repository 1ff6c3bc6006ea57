import { AppError } from '@tokometrics/kit/errors';

/**
 * A cursor is a place in one list: it carries a digest of every other parameter and of the tenant, so
 * that it cannot be used on another list. It is no secret and gives no access.
 */
export interface Cursors {
  encode(boundTo: string, place: readonly string[]): string;
  decode(boundTo: string, cursor: string, length: number): readonly string[];
}

export function createCursors(digest: (text: string) => string): Cursors {
  const mark = (boundTo: string): string => digest(boundTo).slice(0, 16);
  const refuse = (): never => {
    throw new AppError('request.invalid', 'this cursor belongs to another list', {
      details: {
        reason: 'cursor.invalid',
        errors: [{ pointer: '/cursor', reason: 'cursor.invalid' }],
      },
    });
  };
  return {
    encode: (boundTo, place) =>
      Buffer.from([mark(boundTo), ...place].join('\n')).toString('base64url'),
    decode: (boundTo, cursor, length) => {
      const [given, ...place] = Buffer.from(cursor, 'base64url').toString('utf8').split('\n');
      return given === mark(boundTo) && place.length === length ? place : refuse();
    },
  };
}
