import {
  loginReply,
  me,
  policyReply,
  reauthenticateReply,
  registerReply,
} from '@tokometrics/contracts';
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { call, forgetCsrf } from './client.ts';

const nothing = z.unknown();

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call(me, '/me', { signal }),
  staleTime: 60_000,
});

export async function login(body: { email: string; password: string; remember: boolean }) {
  const answer = await call(loginReply, '/auth/login', { method: 'POST', body, anonymous: true });
  forgetCsrf();
  return answer;
}

export async function logout(): Promise<void> {
  await call(nothing, '/auth/logout', { method: 'POST', body: {} });
  forgetCsrf();
}

/** The session goes on under a new token, so the CSRF token of the old one is worthless. */
export async function reauthenticate(password: string) {
  const body = { password };
  const answer = await call(reauthenticateReply, '/auth/reauthenticate', { method: 'POST', body });
  forgetCsrf();
  return answer;
}

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly ageConfirmed18: boolean;
  readonly acceptedPolicyVersion: string;
  readonly acceptTransfer: boolean;
}

export const register = (body: Registration) =>
  call(registerReply, '/auth/register', {
    method: 'POST',
    body: { ...body, locale: 'en' },
    anonymous: true,
  });

export const verifyEmail = (token: string) =>
  call(nothing, '/auth/verify-email', { method: 'POST', body: { token }, anonymous: true });

export const resendVerification = (email: string) =>
  call(nothing, '/auth/verify-email/resend', { method: 'POST', body: { email }, anonymous: true });

export interface MePatch {
  readonly name?: string;
  readonly preferences?: { readonly theme: 'system' | 'light' | 'dark' };
}
export const patchMe = (body: MePatch) => call(me, '/me', { method: 'PATCH', body });

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => call(policyReply, '/privacy/policy', { signal }),
  staleTime: 300_000,
});
