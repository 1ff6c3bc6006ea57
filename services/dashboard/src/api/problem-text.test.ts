import { ERROR_REASONS } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { problemText, REASON_TEXT, stageErrorText } from './problem-text.ts';
import { ApiProblem, isSignedOut } from './problem.ts';

const problem = (status: number, code: string, reason?: string) =>
  new ApiProblem({ status, code, reason });

const CODES = [
  'request.invalid',
  'request.method',
  'request.too_large',
  'request.media_type',
  'request.unacceptable',
  'auth.required',
  'auth.forbidden',
  'resource.not_found',
  'resource.conflict',
  'resource.gone',
  'resource.stale',
  'rate.limited',
  'upstream.unavailable',
  'server.overloaded',
];

describe('problemText', () => {
  it.each([...ERROR_REASONS])('has its own words for %s', (reason) => {
    expect(problemText(problem(422, 'request.unacceptable', reason))).toBe(REASON_TEXT[reason]);
  });

  it.each(CODES)('falls back to the class of error %s', (code) => {
    const text = problemText(problem(400, code, 'a.reason.of.tomorrow'));
    expect(text).not.toBe(problemText(new Error('anything')));
    expect(text).not.toContain('a.reason.of.tomorrow');
  });

  it('says which rule about dates was not met', () => {
    const error = new ApiProblem({
      status: 422,
      code: 'request.unacceptable',
      reason: 'range.invalid',
      errors: [{ pointer: '/from', reason: 'date.in_future' }],
    });
    expect(problemText(error)).toContain('lie ahead');
  });

  it('says when to try again, and gives the reference of a bug', () => {
    expect(problemText(new ApiProblem({ status: 429, code: 'rate.limited' }, 7))).toContain('7 s');
    const bug = new ApiProblem({ status: 500, code: 'internal', traceId: 'abc' });
    expect(problemText(bug)).toContain('abc');
  });
});

describe('stageErrorText', () => {
  it.each(['paging.endless', 'shop.reauth_required', 'rate.limited', 'upstream.unavailable'])(
    'explains %s to a merchant',
    (error) => {
      expect(stageErrorText(error)).not.toBe(stageErrorText('unknown'));
    },
  );
});

describe('isSignedOut', () => {
  it('tells an ended session from a wrong password', () => {
    expect(isSignedOut(problem(401, 'auth.required'))).toBe(true);
    expect(isSignedOut(problem(401, 'auth.required', 'auth.failed'))).toBe(false);
  });
});
