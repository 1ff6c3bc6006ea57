import type { Lifecycled } from '../lifecycle.ts';
import type { VaultPath } from './vault-path.ts';

export interface VaultSecret {
  readonly data: Readonly<Record<string, unknown>>;
  readonly version: number;
}

export interface VaultKv {
  /** undefined: never written, or destroyed. */
  read(path: VaultPath): Promise<VaultSecret | undefined>;
  /** Compare-and-set: 0 creates; another number must be the current version, else resource.conflict. */
  write(
    path: VaultPath,
    data: Readonly<Record<string, unknown>>,
    options: { readonly cas: number },
  ): Promise<number>;
  /**
   * Deletes all versions and metadata; resolves only once a read answers "not found". Like `exists`
   * and `list` it needs metadata only: those who erase tokens may never read one.
   */
  destroy(path: VaultPath): Promise<void>;
  exists(path: VaultPath): Promise<boolean>;
  list(prefix: VaultPath): Promise<string[]>;
}

export type TransitKeyType = 'aes256-gcm96' | 'ed25519' | 'hmac';

export interface TransitKey {
  readonly type: string;
  readonly latestVersion: number;
  readonly deletionAllowed: boolean;
  readonly exportable: boolean;
}

export interface VaultTransit {
  /** Idempotent. Never exportable. */
  createKey(name: string, type?: TransitKeyType): Promise<void>;
  readKey(name: string): Promise<TransitKey | undefined>;
  listKeys(): Promise<string[]>;
  allowDeletion(name: string): Promise<void>;
  /** Idempotent: a key that does not exist is deleted. */
  deleteKey(name: string): Promise<void>;
  dataKey(name: string): Promise<{ plaintext: Buffer; wrapped: string }>;
  /** A fresh data key in wrapped form alone: for proofs, by those who may not hold a key. */
  wrappedDataKey(name: string): Promise<string>;
  /** KeyShredded when the named key no longer exists. */
  unwrap(name: string, wrapped: string): Promise<Buffer>;
  encrypt(name: string, plaintext: Buffer): Promise<string>;
  /** KeyShredded when the named key no longer exists. */
  decrypt(name: string, ciphertext: string): Promise<Buffer>;
  /** The 64 raw bytes of an ed25519 signature by the newest version. */
  sign(name: string, bytes: Buffer): Promise<Buffer>;
  /** Raw 32-byte ed25519 keys by version. */
  publicKeys(name: string): Promise<ReadonlyMap<number, Buffer>>;
  /** SHA-256 HMAC in hex. */
  hmac(name: string, bytes: Buffer): Promise<string>;
}

export interface VaultClient {
  readonly kv: VaultKv;
  readonly transit: VaultTransit;
  /** Readiness: a valid login exists and Vault answers unsealed. */
  ping(): Promise<boolean>;
}

export type Vault = Lifecycled & VaultClient;
