#!/usr/bin/env node
/**
 * Checks an erasure receipt of TokoMetrics offline.
 *
 *   node verify-receipt.mjs receipt.json --keys jwks.json
 *
 * `receipt.json` is the file that was downloaded, byte for byte; `jwks.json` is what the product
 * publishes at /api/v1/privacy/keys. Needs Node 20 or newer and nothing else. Ends with 0 when the
 * receipt is genuine and whole, with 1 otherwise.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

class Refused extends Error {}

function refuse(reason) {
  throw new Refused(reason);
}

function need(condition, reason) {
  if (!condition) {
    refuse(reason);
  }
}

/* --- canonical JSON (RFC 8785) ------------------------------------------------------------- */

function canonical(value) {
  if (value === null || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value === 'number') {
    need(Number.isSafeInteger(value) && !Object.is(value, -0), 'a number is not a whole number');
    return String(value);
  }
  if (typeof value === 'string') {
    need(value.isWellFormed(), 'a text is not well-formed Unicode');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  const members = Object.keys(value)
    .sort()
    .map((name) => `${canonical(name)}:${canonical(value[name])}`);
  return `{${members.join(',')}}`;
}

/** The file must be its own canonical form: this also finds members that are given twice. */
function readCanonical(bytes) {
  let text;
  let value;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    refuse('the file is not JSON in UTF-8');
  }
  need(canonical(value) === text, 'the file differs from its canonical form');
  return value;
}

/* --- forms --------------------------------------------------------------------------------- */

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const pattern = (source) => new RegExp(`^(?:${source})$`);
const text = (test) => (value) => typeof value === 'string' && test.test(value);
const orNull = (check) => (value) => value === null || check(value);
const listOf = (check) => (value) => Array.isArray(value) && value.every((item) => check(item));
const equals = (wanted) => (value) => value === wanted;

const ulid = text(pattern(ULID));
const hash = text(pattern('[0-9a-f]{64}'));
const name = text(pattern('[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*'));
const integer = (value) => Number.isSafeInteger(value) && value >= 0;
const epoch = (value) => integer(value) && value >= 1;
const day = text(pattern('\\d{4}-\\d{2}-\\d{2}'));
const scope = text(pattern(`(?:shop|acct|merch):${ULID}`));
const scopeRef = text(pattern(`(?:shop|acct|merch):${ULID}:[1-9]\\d*`));
const instant = (value) =>
  text(pattern('\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z'))(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;

function members(shape) {
  return (value, where) => {
    need(
      typeof value === 'object' && value !== null && !Array.isArray(value),
      `${where} is not an object`,
    );
    for (const key of Object.keys(value)) {
      need(Object.hasOwn(shape, key), `${where} has an unknown member`);
    }
    for (const [key, check] of Object.entries(shape)) {
      need(Object.hasOwn(value, key), `${where} lacks ${key}`);
      need(check(value[key]) === true, `${where}.${key} does not have its form`);
    }
  };
}

const requestForm = members({
  requestId: ulid,
  right: name,
  trigger: name,
  receivedAt: instant,
  outcome: text(pattern('full|partial-retained|no-data')),
  subjectRef: hash,
  scopes: (value) => Array.isArray(value) && value.length > 0,
});
const scopeForm = members({ scope, throughEpoch: epoch });
const policyForm = members({ policyVersion: day, clauseIds: listOf(name) });
const storeForm = members({
  storeId: name,
  state: text(pattern('zero|undecryptable|fenced')),
  method: name,
  found: integer,
  removed: integer,
  lastEraseAckAt: orNull(instant),
  verifiedZeroAt: orNull(instant),
  verifier: name,
  physicalBy: orNull(instant),
});
const keyForm = members({
  kidRef: text(pattern(`k-${ULID}-[1-9]\\d*|[adxh]-${ULID}`)),
  shreddedAt: instant,
  canary: equals('not-found'),
});
const residualForm = members({ kind: name, id: name, until: instant });
const recipientForm = members({ id: name, state: name });
const retainedForm = members({ ground: name, category: name });
const ledgerForm = members({
  entry: (value) => typeof value === 'object' && value !== null,
  entryHash: hash,
  signature: (value) => typeof value === 'string',
  kid: (value) => typeof value === 'string',
});
const entryForm = members({
  seq: integer,
  ts: instant,
  type: equals('receipt.issued'),
  requestId: ulid,
  subjectRef: hash,
  scopeRefs: listOf(scopeRef),
  counts: equals(null),
  evidence: hash,
  policyVersion: day,
  clauseIds: listOf(name),
  actorRef: text(pattern(`service:[a-z-]+|staff:${ULID}`)),
  prevHash: hash,
});
const receiptForm = members({
  v: equals(1),
  request: () => true,
  policy: () => true,
  stores: (value) => Array.isArray(value) && value.length > 0,
  keys: Array.isArray,
  residuals: Array.isArray,
  recipients: Array.isArray,
  retained: Array.isArray,
  ledger: () => true,
});

function checkForms(receipt) {
  receiptForm(receipt, 'receipt');
  requestForm(receipt.request, 'request');
  receipt.request.scopes.forEach((item, index) => scopeForm(item, `scopes[${index}]`));
  policyForm(receipt.policy, 'policy');
  receipt.stores.forEach((item, index) => storeForm(item, `stores[${index}]`));
  receipt.keys.forEach((item, index) => keyForm(item, `keys[${index}]`));
  receipt.residuals.forEach((item, index) => residualForm(item, `residuals[${index}]`));
  receipt.recipients.forEach((item, index) => recipientForm(item, `recipients[${index}]`));
  receipt.retained.forEach((item, index) => retainedForm(item, `retained[${index}]`));
  ledgerForm(receipt.ledger, 'ledger');
  entryForm(receipt.ledger.entry, 'ledger.entry');
}

/* --- what the receipt says must hold together ------------------------------------------------ */

const SETTLE_MS = 30_000;

function checkStore(store, receipt) {
  const { storeId, verifiedZeroAt } = store;
  if (store.state !== 'zero') {
    need(verifiedZeroAt === null, `${storeId} is called empty and is not`);
    need(store.physicalBy !== null, `${storeId} does not say until when bytes remain`);
    return;
  }
  need(verifiedZeroAt !== null, `${storeId} was never seen empty`);
  need(store.lastEraseAckAt !== null, `${storeId} does not say when it was emptied`);
  const seen = Date.parse(verifiedZeroAt);
  need(
    seen > Date.parse(store.lastEraseAckAt) + SETTLE_MS,
    `${storeId} was looked at too soon after it was emptied`,
  );
  for (const { shreddedAt } of receipt.keys) {
    need(seen > Date.parse(shreddedAt), `${storeId} was looked at before a key was destroyed`);
  }
  need(
    seen <= Date.parse(receipt.ledger.entry.ts),
    `${storeId} was looked at after the receipt was issued`,
  );
}

function checkFacts(receipt) {
  const { request, policy, ledger, stores, keys } = receipt;
  const { entry } = ledger;
  need(
    new Set(stores.map(({ storeId }) => storeId)).size === stores.length,
    'a store is named twice',
  );
  need(new Set(keys.map(({ kidRef }) => kidRef)).size === keys.length, 'a key is named twice');
  stores.forEach((store) => checkStore(store, receipt));
  for (const { kidRef } of keys.filter((key) => key.kidRef.startsWith('k-'))) {
    const [, shop, of] = kidRef.split('-');
    const isInScope = request.scopes.some(
      (item) => item.scope === `shop:${shop}` && Number(of) <= item.throughEpoch,
    );
    need(isInScope, 'a key belongs to another scope');
  }
  need(Date.parse(request.receivedAt) <= Date.parse(entry.ts), 'issued before it was asked for');
  need(entry.requestId === request.requestId, 'the ledger entry is of another request');
  need(entry.subjectRef === request.subjectRef, 'the ledger entry is of another subject');
  need(
    canonical(entry.scopeRefs) ===
      canonical(request.scopes.map((item) => `${item.scope}:${item.throughEpoch}`)),
    'the ledger entry is of another scope',
  );
  need(entry.policyVersion === policy.policyVersion, 'the ledger entry names another policy');
  need(
    canonical(entry.clauseIds) === canonical(policy.clauseIds),
    'the ledger entry names other clauses',
  );
}

/* --- hashes and signature -------------------------------------------------------------------- */

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts));

function checkHashes(receipt) {
  const { ledger, ...body } = receipt;
  need(
    sha256(Buffer.from(canonical(body))).digest('hex') === ledger.entry.evidence,
    'the contents are not those that were signed',
  );
  need(
    sha256(Buffer.from([0]), Buffer.from(canonical(ledger.entry))).digest('hex') ===
      ledger.entryHash,
    'the ledger entry does not have its hash',
  );
}

function readKeys(bytes) {
  let keys;
  try {
    ({ keys } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    refuse('the keys are not JSON in UTF-8');
  }
  need(Array.isArray(keys), 'the keys are not a JWKS');
  return keys.filter(
    (key) => key?.kty === 'OKP' && key.crv === 'Ed25519' && typeof key.x === 'string',
  );
}

/** RFC 7638: a key is named by its own thumbprint, so a name cannot be lent to another key. */
function thumbprint({ crv, kty, x }) {
  return sha256(Buffer.from(canonical({ crv, kty, x }))).digest('base64url');
}

function checkSignature({ ledger }, keys) {
  const signature = Buffer.from(ledger.signature, 'base64');
  need(
    signature.length === 64 && signature.toString('base64') === ledger.signature,
    'the signature is not in canonical base64',
  );
  const key = keys.find((candidate) => thumbprint(candidate) === ledger.kid);
  need(key !== undefined, 'the signing key is not among the published keys');
  need(key.kid === undefined || key.kid === ledger.kid, 'a published key has a wrong name');
  let publicKey;
  try {
    const { kty, crv, x } = key;
    publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  } catch {
    refuse('the signing key is not an Ed25519 key');
  }
  need(
    verify(null, Buffer.from(ledger.entryHash, 'hex'), publicKey, signature),
    'the signature does not fit',
  );
}

/** `{valid: true, receipt}` or `{valid: false, reason}`; takes both files as bytes. */
export function verifyReceipt(receiptBytes, jwksBytes) {
  try {
    const receipt = readCanonical(receiptBytes);
    checkForms(receipt);
    checkFacts(receipt);
    checkHashes(receipt);
    checkSignature(receipt, readKeys(jwksBytes));
    return { valid: true, receipt };
  } catch (error) {
    if (error instanceof Refused) {
      return { valid: false, reason: error.message };
    }
    throw error;
  }
}

/* --- command --------------------------------------------------------------------------------- */

function summary({ request, stores, keys, residuals, ledger }) {
  const zero = stores.filter(({ state }) => state === 'zero').length;
  const removed = stores.reduce((sum, store) => sum + store.removed, 0);
  const until = residuals
    .map((item) => item.until)
    .sort()
    .at(-1);
  return [
    'VALID: this receipt is genuine and whole.',
    `Request ${request.requestId}, received ${request.receivedAt}, outcome: ${request.outcome}.`,
    `${zero} stores seen empty by the verifier, ${removed} records removed, ${keys.length} keys destroyed.`,
    until === undefined
      ? 'No bytes remain anywhere.'
      : `Bytes that expire on their own are gone by ${until} (${residuals.length} places, each named in the receipt).`,
    `Ledger entry ${ledger.entry.seq} of ${ledger.entry.ts}, signed by key ${ledger.kid}.`,
  ].join('\n');
}

function readFile(path) {
  try {
    return readFileSync(path);
  } catch {
    refuse(`${path} cannot be read`);
  }
}

function main(args) {
  const at = args.indexOf('--keys');
  const keysPath = at === -1 ? undefined : args[at + 1];
  const [receiptPath, ...more] = args.filter(
    (_, index) => at === -1 || index < at || index > at + 1,
  );
  if (receiptPath === undefined || keysPath === undefined || more.length > 0) {
    console.error('usage: node verify-receipt.mjs receipt.json --keys jwks.json');
    return 1;
  }
  try {
    const result = verifyReceipt(readFile(receiptPath), readFile(keysPath));
    if (result.valid) {
      console.log(summary(result.receipt));
      return 0;
    }
    console.error(`NOT VALID: ${result.reason}.`);
  } catch (error) {
    console.error(`NOT VALID: ${error instanceof Refused ? error.message : 'unreadable'}.`);
  }
  return 1;
}

const called = process.argv[1];
if (called !== undefined && import.meta.url === pathToFileURL(realpathSync(called)).href) {
  process.exitCode = main(process.argv.slice(2));
}
