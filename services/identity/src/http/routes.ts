import type { Route } from '@tokometrics/kit';
import type { RegisterDeps } from '../domain/register-account.ts';
import type { ReauthenticateDeps } from '../domain/resolve-session.ts';
import type { SignInDeps } from '../domain/sign-in.ts';
import type { VerifyDeps } from '../domain/verify-email.ts';
import { getMe, patchMe } from './get-me.ts';
import type { MeDeps } from './get-me.ts';
import { postLogin, postLogout, postReauthenticate } from './post-login.ts';
import { getPassportKeys, postPassport } from './post-passport.ts';
import type { PassportDeps } from './post-passport.ts';
import { postRegister } from './post-register.ts';
import { postResendVerification, postVerifyEmail } from './post-verify-email.ts';

export interface RouteDeps {
  readonly register: RegisterDeps;
  readonly signIn: SignInDeps;
  readonly session: ReauthenticateDeps;
  readonly sign: PassportDeps['sign'];
  readonly publicKeys: Parameters<typeof getPassportKeys>[0];
  readonly verify: VerifyDeps;
  readonly me: MeDeps;
}

export function routes(deps: RouteDeps): Route[] {
  return [
    postRegister(deps.register),
    postVerifyEmail(deps.verify),
    postResendVerification(deps.register),
    postLogin(deps.signIn),
    postReauthenticate(deps.session),
    postLogout(deps.session),
    postPassport({ ...deps.session, sign: deps.sign }),
    getPassportKeys(deps.publicKeys),
    getMe(deps.me),
    patchMe(deps.me),
  ];
}
