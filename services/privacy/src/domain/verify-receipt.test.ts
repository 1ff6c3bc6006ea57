import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { POLICY, receipt as receiptSchema } from '@tokometrics/contracts';
import type { LedgerEntry, Receipt } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import fc from 'fast-check';
import { isProvenZero } from './effects.ts';
import { entryHashOf, signingKeyOf } from './ledger-chain.ts';
import { plannedStores } from './plan.ts';
import { clausesOf, receiptBody, receiptHash, receiptText } from './receipt.ts';
import type { ReceiptBody } from './receipt.ts';
import { startSaga } from './saga-state.ts';
import type { SagaState } from './saga-state.ts';

const TOOL = new URL('../../../../tools/verify-receipt.mjs', import.meta.url);
interface Tool {
  verifyReceipt(receipt: Uint8Array, jwks: Uint8Array): { valid: boolean; reason?: string };
}
const { verifyReceipt } = (await import(TOOL.href)) as Tool;

const SHOP = '01JD0000000000000000000001';
const REQUEST = '01JD00000000000000000000R1';
const SUBJECT = 'ab'.repeat(32);
const T0 = Date.parse('2026-11-25T10:00:00.000Z');
const at = (ms: number): string => new Date(T0 + ms).toISOString();

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = signingKeyOf(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
const jwks = Buffer.from(JSON.stringify({ keys: [key] }));

function aState(change: Partial<SagaState> = {}): SagaState {
  const start = startSaga({
    requestId: REQUEST,
    merchantId: '01JD000000000000000000000M',
    accountId: null,
    shopKey: SHOP,
    throughEpoch: 2,
    authKey: '01JD000000000000000000000K',
    trigger: 'self_service',
    supersedesSeq: null,
    receivedAt: at(0),
    dueAt: at(86_400_000),
    stores: plannedStores(),
  });
  const stores = start.stores.map((store, index) => ({
    ...store,
    found: index * 3,
    removed: index * 3,
    ackedAt: at(5_000),
    verifiedAt: isProvenZero(store.storeId) ? at(60_000) : null,
    physicalBy: isProvenZero(store.storeId) ? null : at(400_000_000),
  }));
  const keys = [1, 2].map((n) => ({ kidRef: `k-${SHOP}-${String(n)}`, shreddedAt: at(6_000) }));
  return { ...start, quiescedAt: at(2_000), stores, keys, ...change };
}

function entryFor(
  body: ReceiptBody,
  state: SagaState,
  change: Partial<LedgerEntry> = {},
): LedgerEntry {
  return {
    seq: 41,
    ts: at(61_000),
    type: 'receipt.issued',
    requestId: REQUEST,
    subjectRef: SUBJECT,
    scopeRefs: [`shop:${SHOP}:2`],
    counts: null,
    evidence: receiptHash(body),
    policyVersion: POLICY.version,
    clauseIds: clausesOf(state),
    actorRef: 'service:privacy',
    prevHash: 'c'.repeat(64),
    ...change,
  };
}

function signed(entry: LedgerEntry) {
  const entryHash = entryHashOf(entry);
  const signature = sign(null, Buffer.from(entryHash, 'hex'), privateKey).toString('base64');
  return { entry, entryHash, signature, kid: key.kid };
}

function aReceipt(state = aState()): string {
  const body = receiptBody(state, SUBJECT);
  return receiptText(body, signed(entryFor(body, state)));
}

/** A receipt whose body was changed and then signed again: only its own rules can refuse it. */
function resigned(change: (body: ReceiptBody) => void, entry: Partial<LedgerEntry> = {}): string {
  const state = aState();
  const body = JSON.parse(canonicalJson(receiptBody(state, SUBJECT))) as ReceiptBody;
  change(body);
  return receiptText(body, signed(entryFor(body, state, entry)));
}

const check = (text: string | Buffer, keys = jwks) => verifyReceipt(Buffer.from(text), keys);

describe('a receipt and its offline check', () => {
  it('agree on everything that the service can issue', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { minLength: 30, maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 31_001, max: 5_000_000 }),
        (counts, shared, seenAfter) => {
          const base = aState();
          const stores = base.stores
            .filter(({ storeId }) => !shared || storeId !== 'vault.tiktok-tokens')
            .map((store, index) => ({
              ...store,
              found: counts[index] ?? 0,
              removed: counts[index] ?? 0,
              verifiedAt: store.verifiedAt === null ? null : at(6_000 + seenAfter),
            }));
          const state = { ...base, stores, sharedAuthorization: shared };
          const body = receiptBody(state, SUBJECT);
          const entry = entryFor(body, state, { ts: at(6_000 + seenAfter + 1) });
          const text = receiptText(body, signed(entry));

          expect(check(text)).toMatchObject({ valid: true });
          expect(receiptSchema.safeParse(JSON.parse(text)).success).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses every receipt in which any byte was changed', () => {
    const bytes = Buffer.from(aReceipt());

    const accepted: number[] = [];
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      if (check(changed).valid) {
        accepted.push(index);
      }
    }

    expect(check(bytes)).toMatchObject({ valid: true });
    expect(accepted).toEqual([]);
  }, 60_000);

  it('refuses a receipt that was cut, lengthened, or had a member replaced, removed or added', () => {
    const text = aReceipt();
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ minLength: 1, maxLength: 3 }), (where, more) => {
        expect(check(text.slice(0, where) + more + text.slice(where)).valid).toBe(false);
        expect(where < text.length && check(text.slice(0, where)).valid).toBe(false);
      }),
    );
  });

  it.each([
    ['not in canonical form', aReceipt().replace('{', '{ ')],
    ['with a line end', `${aReceipt()}\n`],
    ['with a byte order mark', `\uFEFF${aReceipt()}`],
    ['with a member given twice', aReceipt().replace('"v":1', '"v":1,"v":1')],
    ['with an escape that is not needed', aReceipt().replace('zero', '\\u007aero')],
    ['with a fraction', aReceipt().replace('"v":1', '"v":1.0')],
    ['with base64 that is not canonical', aReceipt().replace('=="', '"')],
  ])('refuses a file %s', (_name, text) => {
    expect(text).not.toBe(aReceipt());
    expect(check(text).valid).toBe(false);
  });

  it.each<[string, (body: ReceiptBody) => void]>([
    [
      'a store that was looked at 30 s after it was emptied, not later',
      (b) => setStore(b, { verifiedZeroAt: at(35_000) }),
    ],
    ['a store that was never looked at', (b) => setStore(b, { verifiedZeroAt: null })],
    [
      'a store that was looked at after the receipt was issued',
      (b) => setStore(b, { verifiedZeroAt: at(70_000) }),
    ],
    [
      'a store that was looked at before a key was destroyed',
      (b) => (b.keys[0] = { ...firstKey(b), shreddedAt: at(60_000) }),
    ],
    ['a topic that is called empty', (b) => setStore(b, { verifiedZeroAt: at(60_000) }, 'fenced')],
    ['a topic without a date', (b) => setStore(b, { physicalBy: null }, 'fenced')],
    ['a store named twice', (b) => b.stores.push({ ...b.stores[0] } as Receipt['stores'][number])],
    ['a fraction of a record', (b) => setStore(b, { found: 1.5 })],
    ['less than no record', (b) => setStore(b, { removed: -1 })],
    [
      'the key of another shop',
      (b) => (b.keys[0] = { ...firstKey(b), kidRef: `k-01JD0000000000000000000002-1` }),
    ],
    ['the key of a later epoch', (b) => (b.keys[0] = { ...firstKey(b), kidRef: `k-${SHOP}-3` })],
    [
      'another scope than the ledger names',
      (b) => (b.request.scopes = [{ scope: `shop:${SHOP}`, throughEpoch: 1 }]),
    ],
    ['another subject than the ledger names', (b) => (b.request.subjectRef = 'cd'.repeat(32))],
    [
      'another request than the ledger names',
      (b) => (b.request.requestId = '01JD00000000000000000000R2'),
    ],
    ['a member that the format does not know', (b) => Object.assign(b.request, { note: 'x' })],
    ['an instant that does not exist', (b) => (b.request.receivedAt = '2026-02-30T10:00:00.000Z')],
    ['an instant without milliseconds', (b) => (b.request.receivedAt = '2026-11-25T10:00:00Z')],
  ])('refuses %s, although the signature fits', (_name, change) => {
    expect(check(resigned(change)).valid).toBe(false);
  });

  it.each<[string, Partial<LedgerEntry>]>([
    ['of another kind', { type: 'verify.zero' }],
    ['with counts', { counts: { found: 1 } }],
    ['of a store', { storeId: 'clickhouse.orders' }],
    ['of another policy', { policyVersion: '2025-01-01' }],
    ['of other contents', { evidence: 'd'.repeat(64) }],
    ['from before the request', { ts: '2026-11-25T09:59:59.999Z' }],
  ])('refuses a ledger entry %s', (_name, entry) => {
    expect(check(resigned(() => undefined, entry)).valid).toBe(false);
  });

  it('refuses another key, a lent name, and a key list that lacks the signer', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '';
    const otherKey = signingKeyOf(Buffer.from(other, 'base64url'));
    const list = (...keys: object[]) => Buffer.from(JSON.stringify({ keys }));

    expect(check(aReceipt(), list(otherKey)).valid).toBe(false);
    expect(check(aReceipt(), list({ ...otherKey, kid: key.kid })).valid).toBe(false);
    expect(check(aReceipt(), list({ ...key, kid: otherKey.kid })).valid).toBe(false);
    expect(check(aReceipt(), Buffer.from('no keys')).valid).toBe(false);
    expect(check(aReceipt(), list(otherKey, key)).valid).toBe(true);
  });
});

describe('verify-receipt.mjs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-receipt-'));
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<{ code: number; text: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [fileURLToPath(TOOL), ...args], (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, text: stdout + stderr });
      });
    });

  it('says in plain words whether a file is genuine, and ends with 0 or 1', async () => {
    const file = (name: string, text: string | Buffer): string => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    const good = file('good.json', aReceipt());
    const bad = file('bad.json', aReceipt().replace('"removed":3', '"removed":4'));
    const keys = file('jwks.json', jwks);

    const results = await Promise.all([
      run(good, '--keys', keys),
      run('--keys', keys, good),
      run(bad, '--keys', keys),
      run(good),
      run(join(dir, 'missing.json'), '--keys', keys),
    ]);

    expect(results.map(({ code }) => code)).toEqual([0, 0, 1, 1, 1]);
    expect(results.map(({ text }) => text.split(':')[0])).toEqual([
      'VALID',
      'VALID',
      'NOT VALID',
      'usage',
      'NOT VALID',
    ]);
  });
});

function setStore(
  body: ReceiptBody,
  change: Partial<Receipt['stores'][number]>,
  state: Receipt['stores'][number]['state'] = 'zero',
): void {
  const index = body.stores.findIndex((store) => store.state === state);
  body.stores[index] = { ...body.stores[index], ...change } as Receipt['stores'][number];
}

function firstKey(body: ReceiptBody): Receipt['keys'][number] {
  return body.keys[0] as Receipt['keys'][number];
}
