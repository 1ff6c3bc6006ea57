import type { ErrorReason } from '@tokometrics/contracts';
import { isProblem, UNEXPECTED, UNREACHABLE } from './problem.ts';

/** What a person can do about it. Complete by type: a new reason does not compile without its text. */
export const REASON_TEXT: Readonly<Record<ErrorReason, string>> = {
  'cursor.invalid': 'The list has changed since this page was opened. Start again from the top.',
  'token.invalid':
    'This link has expired, was already used, or is not complete. Ask for a new one.',
  'oauth.state_invalid':
    'This connection was begun in another session, or more than ten minutes ago. Begin again.',
  'oauth.denied': 'The access was denied at TikTok Shop. Nothing was connected.',
  'range.invalid': 'These dates cannot be shown. Choose a range within the last two years.',
  'query.too_large':
    'That would be more than 800 points. Choose a coarser interval or a shorter range.',
  'password.unacceptable':
    'This password is too easy to guess or too short. Longer is better: several words will do.',
  'age.not_confirmed':
    'TokoMetrics is for merchants of 18 years or older. Please confirm your age.',
  'policy.not_accepted':
    'An account needs your agreement to the privacy policy and to the transfer of data.',
  'auth.failed': 'E-mail address or password is wrong.',
  'auth.unverified': 'Confirm your e-mail address first: the link is in your inbox.',
  'auth.fresh_required': 'Please enter your password once more to do this.',
  'role.forbidden': 'Your role does not allow this.',
  'csrf.rejected': 'Your session has changed. Reload the page and try again.',
  'shop.already_connected': 'This shop is already connected to your account.',
  'zone.needed':
    'A shop of another country stayed out, because only you can say where its days begin. Connect again and choose its region and time zone.',
  'shop.scope_missing':
    'TikTok Shop granted fewer permissions than are needed. Connect again and approve all four.',
  'shop.reauth_required':
    'TikTok Shop no longer accepts our access. Connect the shop again to go on.',
  'shop.fenced': 'This shop is being disconnected. Wait until its data is erased.',
  'zone.invalid': 'This time zone is not known. Choose one from the list.',
  'receipt.not_ready': 'The receipt is signed once every store has been checked. Try again soon.',
};

/** Where no reason narrows it down: by class of error. */
const CODE_TEXT: Readonly<Record<string, string>> = {
  'request.invalid': 'Something in this request is not right. Check what you entered.',
  'request.method': 'This cannot be done here.',
  'request.too_large': 'That is too much at once.',
  'request.media_type': 'This kind of content is not accepted.',
  'request.unacceptable': 'This cannot be accepted as it is. Check what you entered.',
  'auth.required': 'Your session has ended. Sign in again.',
  'auth.forbidden': 'You may not do this.',
  'resource.not_found': 'There is nothing here, or it is not yours.',
  'resource.conflict': 'This does not fit what is there now. Reload and try again.',
  'resource.gone': 'This has been erased.',
  'resource.stale': 'Someone changed this meanwhile. Reload and try again.',
  'rate.limited': 'Too many requests at once.',
  'upstream.unavailable': 'A part of the service does not answer at the moment. Nothing is lost.',
  'server.overloaded': 'The service is busy at the moment. Nothing is lost.',
  internal: 'Something went wrong on our side.',
  [UNREACHABLE]: 'TokoMetrics cannot be reached. Check your connection.',
  [UNEXPECTED]: 'The answer was not understood. Reload the page; a newer version may be out.',
};

/** Which of the rules about dates was not met. */
const DETAIL_TEXT: Readonly<Record<string, string>> = {
  'date.in_future': 'These dates lie ahead: there is nothing to show yet.',
  'date.after_to': 'The first day is after the last.',
  'date.empty': 'This range holds no day.',
  'date.missing': 'A range needs its first and its last day.',
  'range.over_two_years': 'At most two years can be shown at once.',
};

const SOMETHING = 'Something went wrong on our side.';

export function problemText(error: unknown): string {
  if (!isProblem(error)) {
    return SOMETHING;
  }
  const { reason, code, retryAfterSeconds, traceId } = error;
  const texts: Readonly<Record<string, string>> = REASON_TEXT;
  const detail = error.errors.map((each) => DETAIL_TEXT[each.reason]).find(Boolean);
  const text =
    detail ?? (reason === undefined ? undefined : texts[reason]) ?? CODE_TEXT[code] ?? SOMETHING;
  const wait =
    retryAfterSeconds === undefined || retryAfterSeconds <= 0
      ? ''
      : ` Try again in ${retryAfterSeconds} s.`;
  const trace = code === 'internal' && traceId !== undefined ? ` Reference: ${traceId}.` : '';
  return `${text}${wait}${trace}`;
}

/** Stages of a synchronisation carry a reason, or a code, of the same lists. */
export function stageErrorText(error: string): string {
  const texts: Readonly<Record<string, string>> = {
    ...CODE_TEXT,
    ...REASON_TEXT,
    'rate.limited': 'TikTok Shop asked us to slow down. We go on by ourselves.',
    'upstream.unavailable': 'TikTok Shop does not answer at the moment. We go on by ourselves.',
    'paging.endless': 'TikTok Shop kept sending the same page. We stopped and try again later.',
  };
  return texts[error] ?? SOMETHING;
}
