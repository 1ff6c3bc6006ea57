import { describe, expect, it } from '@jest/globals';
import { AppError, ERROR_TABLE, isAppError, statusOf } from './errors.ts';

describe('AppError', () => {
  it('carries code, details and cause', () => {
    const cause = new Error('driver');

    const error = new AppError('resource.conflict', 'taken', {
      cause,
      details: { reason: 'name.taken' },
    });

    expect(error).toMatchObject({ code: 'resource.conflict', details: { reason: 'name.taken' } });
    expect(error.cause).toBe(cause);
    expect(new AppError('internal', 'x')).not.toHaveProperty('cause');
  });

  it('is told apart by its code', () => {
    const error: unknown = new AppError('resource.gone', 'erased');

    expect(isAppError(error)).toBe(true);
    expect(isAppError(error, 'resource.gone')).toBe(true);
    expect(isAppError(error, 'internal')).toBe(false);
    expect(isAppError(new Error('other'))).toBe(false);
  });

  it('has one status per documented code', () => {
    const statuses = Object.fromEntries(
      Object.entries(ERROR_TABLE).map(([code, row]) => [code, row.status]),
    );

    expect(statuses).toEqual({
      'request.invalid': 400,
      'request.method': 405,
      'request.too_large': 413,
      'request.media_type': 415,
      'request.unacceptable': 422,
      'auth.required': 401,
      'auth.forbidden': 403,
      'resource.not_found': 404,
      'resource.conflict': 409,
      'resource.gone': 410,
      'resource.stale': 412,
      'rate.limited': 429,
      'upstream.unavailable': 503,
      'server.overloaded': 503,
      internal: 500,
    });
    expect(statusOf('resource.stale')).toBe(412);
  });
});
