import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { PASSPORT_HEADER, type Passport, type PassportVerifier } from '../passports.ts';
import type { RoleAuth, Route } from './define-route.ts';

/** Deny by default: whatever is not let in here explicitly is refused. */
export async function authorize(
  route: Route,
  headers: IncomingHttpHeaders,
  passports: PassportVerifier | undefined,
  clock: Clock,
): Promise<Passport | undefined> {
  const token = headers[PASSPORT_HEADER];
  if (route.auth === 'anonymous' && (token === undefined || passports === undefined)) {
    return undefined;
  }
  if (typeof token !== 'string' || passports === undefined) {
    throw new AppError('auth.required', 'sign in first');
  }
  const passport = await passports.verify(token);
  if (route.auth !== 'anonymous') {
    assertAllowed(route.auth, passport, clock);
  }
  return passport;
}

function assertAllowed(auth: RoleAuth, passport: Passport, clock: Clock): void {
  const { roles } = auth;
  if (roles !== 'any' && !passport.roles.some((role) => roles.includes(role))) {
    throw new AppError('auth.forbidden', 'your role does not allow this', {
      details: { reason: 'role.forbidden' },
    });
  }
  const nowSeconds = clock.now().getTime() / 1000;
  const isFresh = passport.freshUntil !== null && passport.freshUntil >= nowSeconds;
  if (auth.fresh === true && !isFresh) {
    throw new AppError('auth.forbidden', 'confirm your password first', {
      details: { reason: 'auth.fresh_required' },
    });
  }
}
