import {
  accountId as accountIdSchema,
  merchantId as merchantIdSchema,
  POLICY_VERSION,
  TOPIC,
  TOPICS,
} from '@tokometrics/contracts';
import {
  createClock,
  createHttp,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createPeriodic,
  createPassportVerifier,
  createUlid,
  createVault,
  Lifecycle,
} from '@tokometrics/kit';
import type { Lifecycled, Logger, Producer } from '@tokometrics/kit';
import { createHasher } from './adapters/bcrypt-hasher.ts';
import { createCommonPasswords } from './adapters/common-passwords.ts';
import { createMailOutbox } from './adapters/mail-outbox.ts';
import { createMongoAccounts } from './adapters/mongo-accounts.ts';
import { createMongoAudit } from './adapters/mongo-audit.ts';
import { createMongoCounters } from './adapters/mongo-counters.ts';
import { createMongoDevices } from './adapters/mongo-devices.ts';
import { createMongoSessions } from './adapters/mongo-sessions.ts';
import { createMongoVerifications } from './adapters/mongo-verifications.ts';
import { hashToken, keyedHash, newToken } from './adapters/random-token.ts';
import { createProfiles } from './adapters/vault-profiles.ts';
import { createIdentitySecrets } from './adapters/vault-secrets.ts';
import type { Config } from './config.ts';
import type { Account } from './domain/account.ts';
import { createDemoAccount } from './domain/demo-account.ts';
import { signPassport } from './domain/passport.ts';
import type { RegisterDeps } from './domain/register-account.ts';
import type { ReauthenticateDeps } from './domain/resolve-session.ts';
import type { SignInDeps } from './domain/sign-in.ts';
import { routes } from './http/routes.ts';
import { onMailRequested } from './messaging/on-mail-requested.ts';

const SERVICE = 'identity';
const SWEEP_MS = 3_600_000;

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  const now = (): Date => clock.now();
  const metrics = createMetrics({ service: SERVICE });
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `${SERVICE}-${config.INSTANCE_ID}`,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
    metrics,
  });
  const mongo = createMongo({
    url: config.MONGO_URL,
    database: config.MONGO_DATABASE ?? SERVICE,
    log,
  });
  const vault = createVault({
    address: config.VAULT_ADDR,
    roleId: config.VAULT_ROLE_ID,
    secretId: config.VAULT_SECRET_ID,
    kvMount: config.VAULT_KV_MOUNT,
    transitMount: config.VAULT_TRANSIT_MOUNT,
    log,
    clock,
  });
  const producer = kafka.producer();
  const secrets = createIdentitySecrets(vault);
  const stores = {
    accounts: createMongoAccounts(mongo),
    sessions: createMongoSessions(mongo),
    counters: createMongoCounters(mongo, now),
    verifications: createMongoVerifications(mongo, now),
    devices: createMongoDevices(mongo, now),
    audit: createMongoAudit(mongo, now),
    profiles: createProfiles(vault),
  };
  const hasher = createHasher({
    peppers: { currentId: secrets.pepperId, get: (id) => secrets.pepper(id) },
    cost: config.PASSWORD_HASH_COST,
    monotonicMs: () => clock.monotonicMs(),
  });
  const outbox = createMailOutbox({
    mongo,
    profiles: stores.profiles,
    addressOf: async (id) => {
      const account = await stores.accounts.findById(id);
      return account === undefined ? undefined : (await stores.profiles.open(id, account)).email;
    },
    smtpUrl: config.SMTP_URL,
    from: config.MAIL_FROM,
    publicUrl: config.PUBLIC_URL,
    now,
    log,
  });
  const useCases = { ...stores, secrets, hasher, outbox, producer, now };
  const demo = demoStep(config, useCases);
  const mailRequests = kafka.consumer({
    group: SERVICE,
    topics: [TOPIC.mailRequested],
    handle: (message) =>
      onMailRequested(
        { queue: (mail) => outbox.queue(mail), accountsOf: (id) => stores.accounts.ofMerchant(id) },
        message,
      ),
  });
  const http = createHttp({
    name: SERVICE,
    host: config.HOST,
    port: config.PORT,
    routes: routes({
      register: registerDeps(useCases),
      signIn: signInDeps(useCases),
      session: sessionDeps(useCases),
      sign: (resolved, audience, at) => {
        const privateKey = secrets.passportKey();
        const { kid } = secrets.passportPublicJwk();
        return signPassport({ privateKey, kid }, resolved, audience, at);
      },
      publicKeys: () => ({
        keys: [{ ...secrets.passportPublicJwk(), use: 'sig' as const, alg: 'ES256' as const }],
      }),
      verify: {
        hashToken,
        consume: (hash) => stores.verifications.consume(hash),
        markVerified: (id, at) => stores.accounts.update(id, { verifiedAt: at }),
        now,
      },
      me: {
        findAccount: (id) => stores.accounts.findById(id),
        openProfile: (account) => stores.profiles.open(account.accountId, account),
        sealName: (id, name) => stores.profiles.sealText(id, name),
        update: (id, change) => stores.accounts.update(id, change),
        currentPolicy: POLICY_VERSION,
      },
    }),
    log,
    metrics,
    clock,
    passports: createPassportVerifier({
      jwksUrl: `${config.IDENTITY_URL}/v1/passport-keys`,
      audience: SERVICE,
      clock,
      log,
    }),
  });
  const work = new Lifecycle([
    mongo,
    vault,
    step('topics', () => kafka.ensureTopics(TOPICS)),
    step('accounts', async () => {
      await stores.accounts.prepare();
    }),
    producer,
    secrets,
    step('hasher', () => hasher.prepare()),
    demo,
    outbox,
    mailRequests,
    createSweeper(stores, log),
    http,
  ]);
  const ops = createOps({
    host: config.HOST,
    port: config.OPS_PORT,
    metrics,
    checks: {
      ready: { started: () => work.isStarted(), mongo: () => mongo.ping() },
      started: () => work.isStarted(),
    },
  });
  return new Lifecycle([ops, work]);
}

function step(name: string, start: () => Promise<void>): Lifecycled {
  return { name, start, stop: () => Promise.resolve() };
}

interface Parts {
  readonly accounts: ReturnType<typeof createMongoAccounts>;
  readonly sessions: ReturnType<typeof createMongoSessions>;
  readonly counters: ReturnType<typeof createMongoCounters>;
  readonly verifications: ReturnType<typeof createMongoVerifications>;
  readonly devices: ReturnType<typeof createMongoDevices>;
  readonly audit: ReturnType<typeof createMongoAudit>;
  readonly profiles: ReturnType<typeof createProfiles>;
  readonly secrets: ReturnType<typeof createIdentitySecrets>;
  readonly hasher: ReturnType<typeof createHasher>;
  readonly outbox: ReturnType<typeof createMailOutbox>;
  readonly producer: Producer;
  readonly now: () => Date;
}

/** Where the link of each mail leads. */
const PATHS = { verify_address: '/verify?token=', already_registered: '/login' } as const;

function registerDeps(parts: Parts): RegisterDeps {
  return {
    currentPolicy: POLICY_VERSION,
    isCommon: createCommonPasswords(),
    hashPassword: (password) => parts.hasher.hash(password),
    emailKey: (email) => keyedHash(parts.secrets.lookupKey(), email),
    findByEmail: (key) => parts.accounts.findByEmail(key),
    sealProfile: (id, profile) => parts.profiles.seal(id, profile),
    insert: (account) => parts.accounts.insert(account),
    announce: (account) => announce(parts, account),
    newIds: () => ({
      accountId: accountIdSchema.parse(createUlid()),
      merchantId: merchantIdSchema.parse(createUlid()),
    }),
    newToken,
    saveVerification: (hash, id, expiresAt) => parts.verifications.save(hash, id, expiresAt),
    queueMail: ({ accountId, template, token }) =>
      parts.outbox.queue({ accountId, template, path: `${PATHS[template]}${token ?? ''}` }),
    now: parts.now,
  };
}

async function announce(parts: Parts, { accountId, merchantId }: Account): Promise<void> {
  const record = { v: 1, accountId, merchantId, state: 'active', at: parts.now().toISOString() };
  await parts.producer.send([
    { topic: TOPIC.accountLifecycle, key: accountId, value: Buffer.from(JSON.stringify(record)) },
  ]);
}

function signInDeps(parts: Parts): SignInDeps {
  const keyed = (text: string): string => keyedHash(parts.secrets.lookupKey(), text);
  return {
    takeTry: (key, source) => parts.counters.takeTry(keyed(key), keyed(source)),
    clearTries: (key) => parts.counters.clear(keyed(key)),
    verify: (password, stored) => parts.hasher.verify(password, stored),
    rehash: async (account, password) => {
      if (parts.hasher.needsRehash(account.passwordHash)) {
        const passwordHash = await parts.hasher.hash(password);
        await parts.accounts.update(account.accountId, { passwordHash });
      }
    },
    audit: (account, kind) => parts.audit.append(account?.accountId ?? null, kind),
    emailKey: keyed,
    findByEmail: (key) => parts.accounts.findByEmail(key),
    isTrusted: (device, account) => parts.devices.isTrusted(device, account.accountId),
    trustDevice: (token, account) => parts.devices.trust(token.hash, account.accountId),
    openSession: (hash, session) => parts.sessions.open(hash, session),
    newToken,
    newId: () => createUlid(),
    now: parts.now,
  };
}

function sessionDeps(parts: Parts): ReauthenticateDeps {
  return {
    ...signInDeps(parts),
    findSession: (raw, at) => parts.sessions.find(raw, at),
    touch: (id, at) => parts.sessions.touch(id, at),
    end: (id) => parts.sessions.end(id),
    findAccount: (id) => parts.accounts.findById(id),
    rotate: (raw, next, freshUntil, at) => parts.sessions.rotate(raw, next, freshUntil, at),
  };
}

function demoStep(config: Config, parts: Parts): Lifecycled {
  const { DEMO_EMAIL: email, DEMO_PASSWORD: password } = config;
  return step('demo-account', async () => {
    if (email !== undefined && password !== undefined) {
      await createDemoAccount(registerDeps(parts), { email, password: password.reveal() });
    }
  });
}

function createSweeper(
  stores: Pick<Parts, 'counters' | 'verifications' | 'devices' | 'audit'>,
  log: Logger,
): Lifecycled {
  return createPeriodic({
    name: 'sweeper',
    everyMs: SWEEP_MS,
    run: async () => {
      await stores.counters.sweep();
      await stores.verifications.sweep();
      await stores.devices.sweep();
      await stores.audit.sweep();
    },
    whenFailed: 'expired rows could not be removed, next try in an hour',
    log,
  });
}
