import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createMongo } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { engineEnv, eventually } from '@tokometrics/testkit';
import {
  aPerson,
  connect,
  FIXTURE_APP,
  openPlace,
  RETAIL_SCOPES,
  startConnector,
  startSandbox,
} from './connector.fixture.ts';
import type { Person, Place, Running, Sandbox } from './connector.fixture.ts';
import { startMeddler } from './meddler.fixture.ts';
import type { Meddler } from './meddler.fixture.ts';

const LONG = 240_000;
const CLOCK = '2026-11-23T12:00:00.000Z';

let sandbox: Sandbox;
let place: Place;
let running: Running;
let vault: Meddler;
let mongo: Mongo;

beforeAll(async () => {
  const clockAt = `${CLOCK}@${new Date().toISOString()}`;
  sandbox = await startSandbox({ clockAt });
  place = await openPlace(import.meta, sandbox);
  vault = await startMeddler(engineEnv().VAULT_ADDR);
  Object.assign(place.env, { CLOCK_AT: clockAt, VAULT_ADDR: vault.url });
  mongo = createMongo({
    url: engineEnv().MONGO_URL,
    database: place.names.mongoDatabase,
    log: place.log.log,
  });
  await mongo.start();
  running = await startConnector(place);
}, LONG);

afterAll(async () => {
  await running.stop();
  await mongo.stop();
  await vault.stop();
  await place.stop();
  await sandbox.stop();
}, LONG);

async function begin(person: Person): Promise<{ state: string; connectId: string }> {
  const { body } = await running.call(person, 'POST', '/v1/shops/connect', {
    region: 'GB',
    timezone: 'Europe/London',
  });
  const { authorizeUrl, connectId } = body as { authorizeUrl: string; connectId: string };
  return { connectId, state: new URL(authorizeUrl).searchParams.get('state') ?? '' };
}

async function aCode(scopes: readonly string[] = RETAIL_SCOPES): Promise<string> {
  const grant = await sandbox.control('POST', '/grants', { seller: 'retail', scopes });
  return (grant as { code: string }).code;
}

function comeBack(person: Person, query: Record<string, string>) {
  const given = new URLSearchParams({ app_key: FIXTURE_APP.key, locale: 'en', ...query });
  return running.call(person, 'GET', `/v1/shops/callback?${given.toString()}`);
}

/** What is kept of a person anywhere: connections, references, tokens. */
async function keptOf(person: Person): Promise<Record<string, number>> {
  const { merchantId } = person;
  const count = (name: string) => mongo.collection(name).countDocuments({ merchantId });
  const tokens = await fetch(
    `${engineEnv().VAULT_ADDR}/v1/${place.names.kvMount}/metadata/tiktok/${merchantId}?list=true`,
    { headers: { 'x-vault-token': engineEnv().VAULT_ROOT_TOKEN } },
  );
  const listed = tokens.ok
    ? ((await tokens.json()) as { data: { keys: string[] } }).data.keys.length
    : 0;
  return {
    connections: await count('connections'),
    refs: await count('shop_refs'),
    tokens: listed,
  };
}
/** As a sealed Vault answers; sealing the shared one would stop the tests of others. */
function sealed(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.end('{"errors":["Vault is sealed"]}');
}
const NOTHING = { connections: 0, refs: 0, tokens: 0 };

describe('a connection that does not come about', () => {
  it.each(['missing', 'invented', 'foreign', 'used', 'late'] as const)(
    'is refused for a state that is %s, and stores nothing',
    async (kind) => {
      const person = aPerson();
      const { state } = await begin(person);
      let given: Record<string, string> = { state };
      let who = person;
      if (kind === 'missing') {
        given = {};
      } else if (kind === 'invented') {
        given = { state: 'A'.repeat(43) };
      } else if (kind === 'foreign') {
        who = { ...person, sessionId: 'another-session' };
      } else if (kind === 'used') {
        await comeBack(person, { state, code: 'null', error: 'auth_denied' });
      } else {
        await mongo
          .collection('oauth_states')
          .updateOne({ merchantId: person.merchantId }, { $set: { expiresAt: new Date(CLOCK) } });
      }

      const answer = await comeBack(who, { ...given, code: await aCode() });

      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({
        code: 'request.invalid',
        reason: 'oauth.state_invalid',
      });
      expect(await keptOf(person)).toEqual(NOTHING);
    },
    LONG,
  );

  it(
    'was denied: the person sees so, whatever stands in `code`',
    async () => {
      const person = aPerson();
      const { state, connectId } = await begin(person);

      const answer = await comeBack(person, { state, code: 'null', error: 'auth_denied' });

      expect(answer).toMatchObject({
        status: 303,
        location: `/settings/connect?connectId=${connectId}`,
      });
      const outcome = await running.call(person, 'GET', `/v1/shops/connect/${connectId}`);
      expect(outcome.body).toMatchObject({ state: 'denied', reason: 'oauth.denied', shops: [] });
      expect(await keptOf(person)).toEqual(NOTHING);
    },
    LONG,
  );

  it(
    'lacks permissions: they are named, and the tokens are gone',
    async () => {
      const person = aPerson();

      const outcome = await connect(running, sandbox, person, {
        scopes: ['seller.authorization.info', 'seller.order.info'],
      });

      expect(outcome).toMatchObject({
        state: 'failed',
        reason: 'shop.scope_missing',
        missing: ['product.base.read', 'finance.data.read'],
        shops: [],
      });
      expect(await keptOf(person)).toEqual(NOTHING);
    },
    LONG,
  );

  it(
    'was begun by somebody else: they are told that there is none',
    async () => {
      const { connectId } = await begin(aPerson());

      const answer = await running.call(aPerson(), 'GET', `/v1/shops/connect/${connectId}`);

      expect(answer.status).toBe(404);
    },
    LONG,
  );

  it.each(['away', 'sealed'] as const)(
    'finds Vault %s: 503, and nothing is half made',
    async (kind) => {
      const person = aPerson();
      const { state } = await begin(person);
      const code = await aCode();
      vault.meddle(() => (kind === 'sealed' ? sealed : (response) => response.destroy()));

      const answer = await comeBack(person, { state, code });

      vault.heal();
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ code: 'upstream.unavailable' });
      expect(await keptOf(person)).toEqual(NOTHING);

      // Vault is back: the same person connects.
      const outcome = await eventually(
        async () => {
          const again = await connect(running, sandbox, person);
          expect(again.state).toBe('granted');
          return again;
        },
        { timeoutMs: 60_000, everyMs: 1_000 },
      );
      expect(outcome.shops).toHaveLength(1);
    },
    LONG,
  );
});
