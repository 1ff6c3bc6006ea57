import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sealed as sealedSchema } from '@tokometrics/contracts';
import type { SealedWire } from '@tokometrics/contracts';
import type { Clock, VaultClient } from '@tokometrics/kit';
import { createDataKeys } from './data-keys.ts';
import type { Fences } from './guard.ts';
import { DecryptError, KeyShredded } from './seal-errors.ts';

/** Bound to the record: sealed bytes cannot be moved to another shop, epoch, type or event. */
export interface SealContext {
  readonly ceType: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly ceId: string;
}

export interface Sealer {
  /** Makes the scope's key, once, when the scope opens. Refused when it is closed. */
  provision(shopKey: string, epoch: number): Promise<void>;
  /** Never makes a key: without one it fails. */
  seal(context: SealContext, plaintext: Buffer): Promise<SealedWire>;
  /** Throws KeyShredded when the key is destroyed for good, DecryptError when the bytes are wrong. */
  open(context: SealContext, body: SealedWire): Promise<Buffer>;
  /** In order; one data key per scope, so a page of records costs one look-up at most. */
  sealMany(
    items: readonly { readonly context: SealContext; readonly plaintext: Buffer }[],
  ): Promise<SealedWire[]>;
  openMany(
    items: readonly { readonly context: SealContext; readonly body: SealedWire }[],
  ): Promise<(Buffer | KeyShredded | DecryptError)[]>;
  evict(shopKey: string, throughEpoch: number): void;
}

export interface SealerOptions {
  readonly vault: Pick<VaultClient, 'transit'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** When given, a fence drops the keys of its scope at once and refuses new ones. */
  readonly fences?: Pick<Fences, 'isFenced' | 'onApply'>;
}

/** Name of the Transit key of a scope; it contains ULID and epoch only, so paths in audit logs tell nothing. */
export function sealingKey(shopKey: string, epoch: number): string {
  return `k-${shopKey}-${String(epoch)}`;
}

// A body is at most some megabytes; a small forged one must not unpack into all of memory.
const MAX_PLAINTEXT = 64 * 1024 * 1024;
const FAST = { [constants.ZSTD_c_compressionLevel]: 1 };
const IV_BYTES = 12;
const IVS_AT_ONCE = 512;

/** Random IVs, drawn many at a time: one draw costs as much as hundreds. Each is given out once. */
function createIvs(): () => Buffer {
  let drawn = Buffer.alloc(0);
  return () => {
    if (drawn.length === 0) {
      drawn = randomBytes(IV_BYTES * IVS_AT_ONCE);
    }
    const iv = drawn.subarray(0, IV_BYTES);
    drawn = drawn.subarray(IV_BYTES);
    return iv;
  };
}

export function createSealer({ vault, clock, fences }: SealerOptions): Sealer {
  const keys = createDataKeys(vault, clock);
  const nextIv = createIvs();

  const assertOpen = ({ shopKey, epoch }: Pick<SealContext, 'shopKey' | 'epoch'>): void => {
    if (fences?.isFenced(shopKey, epoch) === true) {
      throw new KeyShredded('the scope of this key is closed');
    }
  };
  const evict = (shopKey: string, throughEpoch: number): void => {
    keys.evict((kid) => {
      const epoch = Number(kid.slice(kid.lastIndexOf('-') + 1));
      return kid === sealingKey(shopKey, epoch) && epoch <= throughEpoch;
    });
  };
  fences?.onApply(evict);

  const open = async (context: SealContext, body: SealedWire): Promise<Buffer> => {
    assertOpen(context);
    const kid = sealingKey(context.shopKey, context.epoch);
    if (body.kid !== kid) {
      throw new DecryptError('key');
    }
    return openUnder(await keys.forOpening(kid, body.wdk), context, body);
  };

  return {
    provision: async (shopKey, epoch) => {
      assertOpen({ shopKey, epoch });
      await vault.transit.createKey(sealingKey(shopKey, epoch), 'aes256-gcm96');
    },
    seal: async (context, plaintext) => {
      assertOpen(context);
      const kid = sealingKey(context.shopKey, context.epoch);
      const { key, wdk } = await keys.forSealing(kid, 1);
      return sealUnder({ key, iv: nextIv() }, { kid, wdk }, context, plaintext);
    },
    sealMany: async (items) => {
      const counts = new Map<string, number>();
      for (const { context } of items) {
        assertOpen(context);
        const kid = sealingKey(context.shopKey, context.epoch);
        counts.set(kid, (counts.get(kid) ?? 0) + 1);
      }
      const dataKeys = new Map(
        await Promise.all(
          [...counts].map(
            async ([kid, count]) => [kid, await keys.forSealing(kid, count)] as const,
          ),
        ),
      );
      return items.flatMap(({ context, plaintext }) => {
        const kid = sealingKey(context.shopKey, context.epoch);
        const dataKey = dataKeys.get(kid);
        return dataKey === undefined
          ? []
          : [
              sealUnder(
                { key: dataKey.key, iv: nextIv() },
                { kid, wdk: dataKey.wdk },
                context,
                plaintext,
              ),
            ];
      });
    },
    open,
    openMany: (items) =>
      Promise.all(
        items.map(async ({ context, body }) => {
          try {
            return await open(context, body);
          } catch (error) {
            if (error instanceof KeyShredded || error instanceof DecryptError) {
              return error;
            }
            throw error;
          }
        }),
      ),
    evict,
  };
}

function additionalData({ ceType, shopKey, epoch, ceId }: SealContext): Buffer {
  return Buffer.from(`${ceType}|${shopKey}|${String(epoch)}|${ceId}`, 'utf8');
}

function sealUnder(
  { key, iv }: { readonly key: KeyObject; readonly iv: Buffer },
  names: { readonly kid: string; readonly wdk: string },
  context: SealContext,
  plaintext: Buffer,
): SealedWire {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(additionalData(context));
  // Its length is known, so the codec takes no more memory than that; most bodies pack into 4 kB.
  const options = { params: FAST, pledgedSrcSize: plaintext.length, chunkSize: 4_096 };
  const ct = cipher.update(zstdCompressSync(plaintext, options));
  // GCM has no padding: what ends it adds nothing but the tag.
  cipher.final();
  return {
    v: 1,
    ...names,
    iv: iv.toString('base64'),
    ct: ct.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

function openUnder(key: KeyObject, context: SealContext, body: SealedWire): Buffer {
  const compressed = authenticate(key, context, body);
  try {
    return zstdDecompressSync(compressed, { maxOutputLength: MAX_PLAINTEXT });
  } catch {
    throw new DecryptError('content');
  }
}

function authenticate(key: KeyObject, context: SealContext, body: SealedWire): Buffer {
  const iv = Buffer.from(body.iv, 'base64');
  const tag = Buffer.from(body.tag, 'base64');
  // A shorter tag would be accepted by the cipher and is easier to forge.
  if (iv.length !== 12 || tag.length !== 16) {
    throw new DecryptError('form');
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    decipher.setAAD(additionalData(context));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(Buffer.from(body.ct, 'base64')), decipher.final()]);
  } catch {
    throw new DecryptError('authentication');
  }
}

/** The sealed form in a record's body, or undefined when the body is something else. */
export function parseSealed(body: Buffer | null): SealedWire | undefined {
  try {
    return sealedSchema.safeParse(JSON.parse(body?.toString('utf8') ?? 'null')).data;
  } catch {
    return undefined;
  }
}
