import { createPublicKey, verify } from 'node:crypto';
import type { PrivacyAck } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import type { VaultClient } from '@tokometrics/kit';

export type UnsignedAck = Omit<PrivacyAck, 'sig'>;

/** What is signed: the canonical form of the ack without its signature. */
export function ackBytes(ack: UnsignedAck | PrivacyAck): Buffer {
  return Buffer.from(canonicalJson({ ...ack, sig: undefined }), 'utf8');
}

/** The key is made at the first use, so that a service starts while Vault is still down. */
const ready = new WeakMap<object, Promise<void>>();

async function ensureKey(vault: Pick<VaultClient, 'transit'>, service: string): Promise<void> {
  const known = ready.get(vault);
  const made = known ?? vault.transit.createKey(`svc-${service}`, 'ed25519');
  ready.set(vault, made);
  try {
    await made;
  } catch (error) {
    ready.delete(vault);
    throw error;
  }
}

export async function signAck(
  vault: Pick<VaultClient, 'transit'>,
  service: string,
  ack: UnsignedAck,
): Promise<PrivacyAck> {
  await ensureKey(vault, service);
  const signature = await vault.transit.sign(`svc-${service}`, ackBytes(ack));
  return { ...ack, sig: signature.toString('base64') };
}

// DER of an Ed25519 SubjectPublicKeyInfo up to the 32 raw bytes of the key (RFC 8410).
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** True when one of the raw keys made the signature; base64 that is not canonical is refused. */
export function verifyAckSignature(ack: PrivacyAck, rawKeys: Iterable<Buffer>): boolean {
  const signature = Buffer.from(ack.sig, 'base64');
  if (signature.length !== 64 || signature.toString('base64') !== ack.sig) {
    return false;
  }
  const bytes = ackBytes(ack);
  return [...rawKeys].some((raw) => {
    const key = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, raw]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, bytes, key, signature);
  });
}
