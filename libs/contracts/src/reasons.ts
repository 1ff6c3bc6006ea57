/** Domain detail of an error: `code` (kit) says the class, `reason` says what to do. Closed list. */
export const ERROR_REASONS = [
  'cursor.invalid',
  'token.invalid',
  'oauth.state_invalid',
  'oauth.denied',
  'range.invalid',
  'query.too_large',
  'password.unacceptable',
  'age.not_confirmed',
  'policy.not_accepted',
  'auth.failed',
  'auth.unverified',
  'auth.fresh_required',
  'role.forbidden',
  'csrf.rejected',
  'shop.already_connected',
  'shop.scope_missing',
  'shop.reauth_required',
  'shop.fenced',
  'zone.invalid',
  'zone.needed',
  'receipt.not_ready',
] as const;
export type ErrorReason = (typeof ERROR_REASONS)[number];

/** Why a value is null. Null is not zero anywhere. */
export const NULL_REASONS = [
  'no_data',
  'before_connection',
  'beyond_retention',
  'not_yet',
  'zero_denominator',
  'non_positive_base',
  'mixed_currency',
] as const;
export type NullReason = (typeof NULL_REASONS)[number];
