import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountLifecycle,
  me,
  passportReply,
  POLICY_VERSION,
  reauthenticateGrant,
  sessionGrant,
  TOPIC,
} from '@tokometrics/contracts';
import type { SessionGrant } from '@tokometrics/contracts';
import {
  createClock,
  createKafka,
  createMetrics,
  createMongo,
  createPassportVerifier,
} from '@tokometrics/kit';
import type { Kafka, Mongo } from '@tokometrics/kit';
import {
  createMemoryLog,
  createSuiteVault,
  engineEnv,
  eventually,
  freePort,
  startMailbox,
  startServiceProcess,
  suiteNames,
  suiteServiceEnv,
} from '@tokometrics/testkit';
import type { Mailbox, ServiceProcess } from '@tokometrics/testkit';

const names = suiteNames(import.meta);
const engines = engineEnv();
const DEMO = { email: 'demo@tokometrics.localhost', password: 'plum-orchard-violet-23' };
const PASSWORD = 'quiet-harbour-lantern-7';
const PUBLIC_URL = 'http://localhost:4000';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A machine of its own for every caller, so that the limit per source does not blur the limit per account. */
const callerAt = (number: number): Record<string, string> => ({
  'tm-client-ip': `198.51.${String(Math.floor(number / 250))}.${String(number % 250)}`,
});

const registration = (email: string) => ({
  email,
  password: PASSWORD,
  name: 'Rosalind',
  ageConfirmed18: true,
  acceptedPolicyVersion: POLICY_VERSION,
  acceptTransfer: true,
});

describe('identity as a process of its own', () => {
  const mailDir = mkdtempSync(join(tmpdir(), 'identity-mail-'));
  const memory = createMemoryLog('error');
  let env: Record<string, string>;
  let service: ServiceProcess;
  let mailbox: Mailbox;
  let mongo: Mongo;
  let kafka: Kafka;
  const outputs: (() => string)[] = [];

  const start = async (): Promise<ServiceProcess> => {
    const started = await startServiceProcess('identity', env);
    outputs.push(started.output);
    return started;
  };
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: response.headers,
    };
  };
  const signIn = (
    login: { email: string; password: string },
    more: { deviceToken?: string | null; caller?: number } = {},
  ): Promise<Answer> =>
    call(
      'POST',
      '/v1/sessions',
      { ...login, deviceToken: more.deviceToken ?? null, userAgent: 'Firefox on Linux' },
      callerAt(more.caller ?? 1),
    );
  const granted = async (login: { email: string; password: string }): Promise<SessionGrant> =>
    sessionGrant.parse((await signIn(login)).body);
  const passportOf = (sessionToken: string, audience = 'identity'): Promise<Answer> =>
    call('POST', '/v1/passports', { sessionToken, audience });
  const meOf = async (sessionToken: string): Promise<Answer> => {
    const { passport } = passportReply.parse((await passportOf(sessionToken)).body);
    return call('GET', '/v1/me', undefined, { 'tm-passport': passport });
  };
  const mailsTo = (email: string) => mailbox.mails().filter(({ to }) => to.includes(email));
  const tokenMailedTo = (email: string): Promise<string> =>
    eventually(() => {
      const links = mailsTo(email).flatMap(({ text }) => [
        ...text.matchAll(/http:\/\/localhost:4000\/verify\?token=([\w-]{43})/g),
      ]);
      const token = links.at(-1)?.[1];
      if (token === undefined) {
        throw new Error(`no link was mailed to ${email}`);
      }
      return token;
    });
  const verified = async (email: string): Promise<void> => {
    await call('POST', '/v1/auth/register', registration(email));
    await call('POST', '/v1/auth/verify-email', { token: await tokenMailedTo(email) });
  };

  beforeAll(async () => {
    const roles = await createSuiteVault(names);
    const [smtpPort, pagePort] = await Promise.all([freePort(), freePort()]);
    mailbox = await startMailbox({ dir: mailDir, smtpPort, pagePort, log: () => undefined });
    env = {
      ...suiteServiceEnv(names, roles['identity']),
      PUBLIC_URL,
      SMTP_URL: mailbox.smtpUrl,
      PASSWORD_HASH_COST: '10',
      DEMO_EMAIL: DEMO.email,
      DEMO_PASSWORD: DEMO.password,
      LOG_LEVEL: 'debug',
    };
    service = await start();
    mongo = createMongo({
      url: engines.MONGO_URL,
      database: names.mongoDatabase,
      log: memory.log,
    });
    await mongo.start();
    kafka = createKafka({
      brokers: engines.KAFKA_BROKERS,
      clientId: 'identity-test',
      topicPrefix: names.topicPrefix,
      log: memory.log,
      metrics: createMetrics({ service: 'test' }),
    });
  }, 90_000);

  afterAll(async () => {
    await service.kill('SIGTERM');
    await mongo.stop();
    await mailbox.stop();
    rmSync(mailDir, { recursive: true, force: true });
  });

  it('opens an account by mail: registered, refused before the link is used, then signed in', async () => {
    const email = 'rosalind@example.org';

    const registered = await call('POST', '/v1/auth/register', registration(email));
    const early = await signIn({ email, password: PASSWORD });
    const token = await tokenMailedTo(email);
    const first = await call('POST', '/v1/auth/verify-email', { token });
    const second = await call('POST', '/v1/auth/verify-email', { token });
    const grant = await granted({ email, password: PASSWORD });
    const account = await meOf(grant.sessionToken);

    expect(registered).toMatchObject({ status: 202, body: { status: 'check_inbox' } });
    expect(early).toMatchObject({ status: 403, body: { reason: 'auth.unverified' } });
    expect(first).toMatchObject({ status: 200, body: { verified: true } });
    expect(second).toMatchObject({ status: 400, body: { reason: 'token.invalid' } });
    expect(me.parse(account.body)).toMatchObject({
      email,
      name: 'Rosalind',
      emailVerified: true,
      demo: false,
      policy: { accepted: POLICY_VERSION, current: POLICY_VERSION },
    });
  });

  it('answers a known address as an unknown one, and tells its owner by mail', async () => {
    const email = 'known@example.org';
    await verified(email);

    const again = await call('POST', '/v1/auth/register', registration(email));
    const fresh = await call('POST', '/v1/auth/register', registration('unknown@example.org'));

    expect(again.status).toBe(fresh.status);
    expect(again.body).toEqual(fresh.body);
    await eventually(() => {
      expect(mailsTo(email).map(({ subject }) => subject)).toContain('You already have an account');
    });
  });

  it('answers an unknown address and a wrong password alike', async () => {
    await verified('alike@example.org');

    const wrong = await signIn({ email: 'alike@example.org', password: 'wrong-wrong-wrong' });
    const unknown = await signIn({ email: 'nobody@example.org', password: 'wrong-wrong-wrong' });

    expect(wrong).toMatchObject({ status: 401, body: { reason: 'auth.failed' } });
    expect(unknown).toMatchObject({ status: 401, body: { reason: 'auth.failed' } });
  });

  it('signs passports that a service accepts for itself alone', async () => {
    const { sessionToken } = await granted(DEMO);
    const reply = passportReply.parse((await passportOf(sessionToken, 'connector')).body);
    const verifierOf = (audience: string) =>
      createPassportVerifier({
        jwksUrl: `${service.url}/v1/passport-keys`,
        audience,
        clock: createClock(),
        log: memory.log,
      });

    const passport = await verifierOf('connector').verify(reply.passport);
    const foreign = await call('GET', '/v1/me', undefined, { 'tm-passport': reply.passport });

    expect(passport).toMatchObject({
      accountId: reply.accountId,
      merchantId: reply.merchantId,
      sessionId: reply.sessionId,
      roles: ['owner'],
    });
    await expect(verifierOf('privacy').verify(reply.passport)).rejects.toThrow();
    expect(foreign.status).toBe(401);
  });

  it('takes the password once more: the session goes on under a new token, fresh', async () => {
    const { sessionToken } = await granted(DEMO);

    const refused = await call('POST', '/v1/sessions/reauthenticate', {
      sessionToken,
      password: 'not-the-password-at-all',
    });
    const reply = await call('POST', '/v1/sessions/reauthenticate', {
      sessionToken,
      password: DEMO.password,
    });
    const grant = reauthenticateGrant.parse(reply.body);
    const before = passportReply.parse((await passportOf(sessionToken)).body);
    const after = passportReply.parse((await passportOf(grant.sessionToken)).body);

    expect(refused.status).toBe(401);
    expect(grant.sessionToken).not.toBe(sessionToken);
    // Other windows still hold the old token for a moment; it leads to the same session.
    expect(after.sessionId).toBe(before.sessionId);
    expect(Date.parse(after.freshUntil ?? '')).toBeGreaterThan(Date.now());
  });

  it('signs out: neither the session nor a passport made of it later is there', async () => {
    const { sessionToken } = await granted(DEMO);

    const ended = await call('POST', '/v1/sessions/end', { sessionToken });
    const twice = await call('POST', '/v1/sessions/end', { sessionToken });

    expect(ended).toMatchObject({ status: 200, body: { ended: true } });
    expect(twice).toMatchObject({ status: 200, body: { ended: false } });
    expect((await passportOf(sessionToken)).status).toBe(401);
  });

  it('has the demo account ready, marked as such', async () => {
    const { sessionToken } = await granted(DEMO);

    const account = await meOf(sessionToken);

    expect(me.parse(account.body)).toMatchObject({
      email: DEMO.email,
      emailVerified: true,
      demo: true,
    });
  });

  it('hashes no more than five of 60 wrong passwords that come at once, and lets a known device in', async () => {
    const email = 'flooded@example.org';
    await verified(email);
    const { deviceToken } = await granted({ email, password: PASSWORD });
    const since = performance.now();

    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        signIn({ email, password: `wrong-password-${String(index)}` }, { caller: 100 + index }),
      ),
    );
    const seconds = (performance.now() - since) / 1000;
    const owner = await signIn({ email, password: PASSWORD }, { deviceToken });

    // A refusal for the account's sake comes before any hash; whatever else was answered after one.
    const hashed = answers.filter(({ status }) => status !== 429);
    const limited = answers.filter(({ status }) => status === 429);
    // After the fifth the wait is 1 s, then 2, 4, …: what a slow run has sat out is free again.
    const freed = Math.floor(Math.log2(seconds + 1));
    expect(hashed.length).toBeGreaterThan(0);
    expect(hashed.length).toBeLessThanOrEqual(5 + freed);
    expect(limited.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    expect(owner.status).toBe(201);
  });

  it('refuses a session without a passport, and what no schema names', async () => {
    const bare = await call('GET', '/v1/me');
    const extra = await call('POST', '/v1/auth/verify-email/resend', {
      email: 'a@example.org',
      admin: true,
    });

    expect(bare).toMatchObject({ status: 401, body: { code: 'auth.required' } });
    expect(extra).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
  });

  it('announces every account by its ids alone', async () => {
    const seen: unknown[] = [];
    await kafka.readToEnd(TOPIC.accountLifecycle, (message) => {
      seen.push(accountLifecycle.parse(JSON.parse(message.value?.toString('utf8') ?? 'null')));
      expect(message.value?.toString('utf8')).not.toContain('@');
    });

    expect(seen.length).toBeGreaterThan(3);
  });

  it('keeps no address, name, password or token in clear, neither in the store nor in a log', async () => {
    const { sessionToken } = await granted(DEMO);
    const collections = await mongo.connection.listCollections();

    const documents = await Promise.all(
      collections.map(({ name }) => mongo.collection(name).find({}).toArray()),
    );

    const kept = JSON.stringify(documents);
    expect(kept).toContain('"emailKey"');
    const written = `${kept}${outputs.map((output) => output()).join('')}`;
    for (const secret of [DEMO.email, DEMO.password, PASSWORD, 'example.org', sessionToken]) {
      expect(written).not.toContain(secret);
    }
    expect(kept).not.toContain('Rosalind');
  });

  it('stops when told to, and after a restart sessions and passwords are as before', async () => {
    const { sessionToken } = await granted(DEMO);
    const accountsBefore = await mongo.collection('accounts').countDocuments();

    const how = await service.kill('SIGTERM');
    service = await start();

    expect(how).toBe(0);
    expect((await meOf(sessionToken)).status).toBe(200);
    expect((await signIn(DEMO)).status).toBe(201);
    expect(await mongo.collection('accounts').countDocuments()).toBe(accountsBefore);
  }, 60_000);

  it('tells the operator that it is alive, started and ready', async () => {
    const answers = await Promise.all(
      ['/livez', '/startupz', '/readyz', '/metrics'].map((path) =>
        fetch(`${service.opsUrl}${path}`),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});
