import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '@tokometrics/contracts';
import { createChainCheck, entryHashOf, GENESIS, signingKeyOf } from './ledger-chain.ts';
import type { ChainCheck, LedgerRecord } from './ledger-chain.ts';

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { privateKey, key: signingKeyOf(x) };
};
const ours = pair();
const foreign = pair();

function recordOf(entry: LedgerEntry, signer = ours): LedgerRecord {
  const entryHash = entryHashOf(entry);
  const signature = sign(null, Buffer.from(entryHash, 'hex'), signer.privateKey);
  return { entry, entryHash, signature: signature.toString('base64'), kid: signer.key.kid };
}

function aChain(length: number): LedgerRecord[] {
  const chain: LedgerRecord[] = [];
  for (let seq = 0; seq < length; seq += 1) {
    const entry: LedgerEntry = {
      seq,
      ts: `2026-11-25T10:00:0${String(seq)}.000Z`,
      type: 'verify.zero',
      requestId: '01JD00000000000000000000R1',
      subjectRef: 'ab'.repeat(32),
      scopeRefs: ['shop:01JD0000000000000000000001:1'],
      counts: { found: seq, removed: seq },
      evidence: null,
      policyVersion: '2026-02-12',
      clauseIds: null,
      actorRef: 'service:privacy',
      prevHash: chain.at(-1)?.entryHash ?? GENESIS,
    };
    chain.push(recordOf(entry));
  }
  return chain;
}

function checked(chain: readonly LedgerRecord[]): ChainCheck {
  const check = createChainCheck([ours.key]);
  chain.forEach(check.add);
  return check.result();
}

const changed = (record: LedgerRecord, change: Partial<LedgerEntry>): LedgerEntry => ({
  ...record.entry,
  ...change,
});

describe('the check of the ledger', () => {
  it('finds a chain whole that nobody touched', () => {
    const chain = aChain(6);

    expect(checked(chain)).toEqual({ entries: 6, unsigned: 0, fault: null, head: chain[5] });
  });

  it.each<[string, (chain: LedgerRecord[]) => LedgerRecord[], string, number]>([
    [
      'a count was changed',
      (chain) =>
        chain.map((record, at) =>
          at === 3
            ? { ...record, entry: changed(record, { counts: { found: 0, removed: 0 } }) }
            : record,
        ),
      'hash',
      3,
    ],
    [
      'an entry was written anew with its hash, by somebody without the key',
      (chain) =>
        chain.map((record, at) => {
          const entry = changed(record, { evidence: 'f'.repeat(64) });
          return at === 2 ? { ...record, entry, entryHash: entryHashOf(entry) } : record;
        }),
      'signature',
      2,
    ],
    [
      'an entry was signed anew with another key',
      (chain) => chain.map((record, at) => (at === 4 ? recordOf(record.entry, foreign) : record)),
      'signature',
      4,
    ],
    [
      'an entry was signed anew with the key, but the next one knows the old one',
      (chain) =>
        chain.map((record, at) =>
          at === 1 ? recordOf(changed(record, { subjectRef: 'cd'.repeat(32) })) : record,
        ),
      'link',
      2,
    ],
    ['an entry is missing', (chain) => chain.filter((_record, at) => at !== 2), 'gap', 3],
    ['the first entries were cut off', (chain) => chain.slice(2), 'gap', 2],
    [
      'two entries changed places',
      ([a, b, c, ...rest]) => [a, c, b, ...rest] as LedgerRecord[],
      'gap',
      2,
    ],
  ])('names the first entry that is wrong: %s', (_what, tamper, kind, seq) => {
    expect(checked(tamper(aChain(6))).fault).toEqual({ kind, seq });
  });

  it('names what is no entry any more, and counts what waits for its signature', () => {
    const [first, second, third] = aChain(3);
    const check = createChainCheck([ours.key]);
    check.add({ ...(first as LedgerRecord), signature: null, kid: null });
    check.addUnreadable(1);
    check.add(third as LedgerRecord);

    expect(second).toBeDefined();
    expect(check.result()).toMatchObject({
      entries: 3,
      unsigned: 1,
      fault: { kind: 'shape', seq: 1 },
    });
  });
});
