import { createDecipheriv } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { sealed as sealedSchema } from '@tokometrics/contracts';
import type { SealedWire } from '@tokometrics/contracts';
import { createClock, createLogger, createVault } from '@tokometrics/kit';
import type { System } from './start-system.ts';

interface Bound {
  readonly ceType: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly ceId: string;
}

/** Opens sealed bodies with the rights of one service, by the published format and nothing else. */
export interface Opener {
  open(bound: Bound, body: unknown): Promise<Buffer | undefined>;
  stop(): Promise<void>;
}

export async function openAs(service: string, { stack }: System): Promise<Opener> {
  const env = stack.services[service]?.env ?? {};
  const vault = createVault({
    address: env['VAULT_ADDR'] ?? '',
    roleId: env['VAULT_ROLE_ID'] ?? '',
    secretId: env['VAULT_SECRET_ID'] ?? '',
    kvMount: env['VAULT_KV_MOUNT'] ?? 'secret',
    transitMount: env['VAULT_TRANSIT_MOUNT'] ?? 'transit',
    log: createLogger({ service: 'e2e', level: 'silent' }),
    clock: createClock(),
  });
  await vault.start();
  const keys = new Map<string, Promise<Buffer>>();
  return {
    open: async (bound, body) => {
      const { data } = sealedSchema.safeParse(body);
      if (data === undefined) {
        return undefined;
      }
      const key = keys.get(data.wdk) ?? vault.transit.unwrap(data.kid, data.wdk);
      keys.set(data.wdk, key);
      return unseal(await key, bound, data);
    },
    stop: () => vault.stop(),
  };
}

function unseal(key: Buffer, { ceType, shopKey, epoch, ceId }: Bound, body: SealedWire): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(body.iv, 'base64'), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(`${ceType}|${shopKey}|${String(epoch)}|${ceId}`, 'utf8'));
  decipher.setAuthTag(Buffer.from(body.tag, 'base64'));
  const packed = Buffer.concat([decipher.update(Buffer.from(body.ct, 'base64')), decipher.final()]);
  return zstdDecompressSync(packed);
}
