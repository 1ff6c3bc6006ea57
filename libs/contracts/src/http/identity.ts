import { z } from 'zod';
import { accountId, merchantId } from '../ids.ts';
import { instant } from '../time.ts';

const email = z.string().min(3).max(254);
const password = z.string().min(1).max(1024);
const token = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const registerBody = z.strictObject({
  email,
  password,
  name: z.string().min(1).max(120),
  locale: z.string().max(20).default('en'),
  ageConfirmed18: z.boolean(),
  acceptedPolicyVersion: z.string().max(20),
  acceptTransfer: z.boolean(),
});
export const registerReply = z.object({ status: z.literal('check_inbox') });

export const verifyEmailBody = z.strictObject({ token });
export const resendVerificationBody = z.strictObject({ email });

export const loginBody = z.strictObject({ email, password, remember: z.boolean().default(false) });

/** Between gateway and identity only: the raw session token, once. The gateway turns it into a cookie. */
export const sessionGrant = z.object({
  sessionToken: token,
  maxAgeSeconds: z.int().positive(),
  deviceToken: token.nullable(),
});
export type SessionGrant = z.infer<typeof sessionGrant>;

/** What the gateway sends along on sign-in: user agent summary and a known device's token. */
export const internalLoginBody = z.strictObject({
  ...loginBody.shape,
  deviceToken: token.nullable(),
  userAgent: z.string().max(400),
});

export const loginReply = z.object({ next: z.literal('done') });

export const reauthenticateBody = z.strictObject({ password });
export const internalReauthenticateBody = z.strictObject({
  ...reauthenticateBody.shape,
  sessionToken: token,
});
export const reauthenticateGrant = z.object({ ...sessionGrant.shape, freshUntil: instant });
export const reauthenticateReply = z.object({ freshUntil: instant });

export const logoutBody = z.strictObject({ sessionToken: token });

/** `POST /v1/passports` (gateway → identity): one short passport for one audience. */
export const passportBody = z.strictObject({ sessionToken: token, audience: z.string().max(40) });
export const passportReply = z.object({
  passport: z.string(),
  sessionId: z.string(),
  accountId,
  merchantId,
  freshUntil: instant.nullable(),
  expiresAt: instant,
});
export type PassportReply = z.infer<typeof passportReply>;

export const me = z.object({
  accountId,
  merchantId,
  name: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  roles: z.array(z.string()),
  demo: z.boolean(),
  freshUntil: instant.nullable(),
  preferences: z.object({ locale: z.string(), theme: z.enum(['system', 'light', 'dark']) }),
  policy: z.object({ accepted: z.string(), current: z.string() }),
});
export type Me = z.infer<typeof me>;
export const mePatch = z.strictObject({
  name: z.string().min(1).max(120).optional(),
  preferences: z.strictObject({ theme: z.enum(['system', 'light', 'dark']).optional() }).optional(),
});

export const csrfReply = z.object({ csrfToken: z.string() });
