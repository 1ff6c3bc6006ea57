import { createHash, createPublicKey, verify } from 'node:crypto';
import type { LedgerEntry } from '@tokometrics/contracts';
import { canonicalJson, sha256Hex } from '@tokometrics/kit/json';

export const GENESIS = '0'.repeat(64);

export interface LedgerRecord {
  readonly entry: LedgerEntry;
  readonly entryHash: string;
  /** Null while the signing key cannot be reached; the chain stands, the signature is added. */
  readonly signature: string | null;
  readonly kid: string | null;
}

/** A public key as it is published: OKP, Ed25519, named by its RFC 7638 thumbprint. */
export interface SigningKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

/** SHA-256 over 0x00 and the canonical form of exactly the listed fields. */
export function entryHashOf(entry: LedgerEntry): string {
  return sha256Hex(Buffer.concat([Buffer.from([0]), Buffer.from(canonicalJson(entry), 'utf8')]));
}

export function signingKeyOf(raw: Buffer): SigningKey {
  const x = raw.toString('base64url');
  const kid = createHash('sha256')
    .update(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}

/** Pure Ed25519 over the 32 raw bytes of the hash. */
function isSignedBy(record: LedgerRecord, keys: readonly SigningKey[]): boolean {
  const key = keys.find(({ kid }) => kid === record.kid);
  if (key === undefined || record.signature === null) {
    return false;
  }
  const signature = Buffer.from(record.signature, 'base64');
  return (
    signature.toString('base64') === record.signature &&
    verify(
      null,
      Buffer.from(record.entryHash, 'hex'),
      createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' }),
      signature,
    )
  );
}

/** `shape`: what stands there is no entry at all. */
type ChainFault = 'gap' | 'shape' | 'hash' | 'link' | 'signature';

export interface ChainCheck {
  readonly entries: number;
  readonly unsigned: number;
  readonly fault: { readonly kind: ChainFault; readonly seq: number } | null;
  readonly head: LedgerRecord | null;
}

/** Walks the chain one record at a time, so that its length costs no memory. */
export function createChainCheck(keys: readonly SigningKey[]) {
  let entries = 0;
  let unsigned = 0;
  let fault: ChainCheck['fault'] = null;
  let head: LedgerRecord | null = null;

  const faultOf = (record: LedgerRecord): ChainFault | undefined => {
    if (record.entry.seq !== entries) {
      return 'gap';
    }
    if (entryHashOf(record.entry) !== record.entryHash) {
      return 'hash';
    }
    if (record.entry.prevHash !== (head?.entryHash ?? GENESIS)) {
      return 'link';
    }
    return record.signature !== null && !isSignedBy(record, keys) ? 'signature' : undefined;
  };

  return {
    add: (record: LedgerRecord): void => {
      const kind = faultOf(record);
      if (kind !== undefined) {
        fault ??= { kind, seq: record.entry.seq };
      }
      unsigned += record.signature === null ? 1 : 0;
      entries += 1;
      head = record;
    },
    addUnreadable: (seq: number): void => {
      fault ??= { kind: 'shape', seq };
      entries += 1;
    },
    result: (): ChainCheck => ({ entries, unsigned, fault, head }),
  };
}
