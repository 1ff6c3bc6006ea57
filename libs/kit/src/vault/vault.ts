import { z } from 'zod';
import type { Vault, VaultKv } from './client-types.ts';
import { createVaultSession } from './session.ts';
import type { VaultSession, VaultSessionOptions } from './session.ts';
import { createTransit } from './transit.ts';
import { answerOf, toVaultFault } from './vault-errors.ts';
import { vaultPath } from './vault-path.ts';

export interface VaultOptions extends VaultSessionOptions {
  readonly kvMount: string;
  readonly transitMount: string;
}

const secretAnswer = z.object({
  data: z.object({
    data: z.record(z.string(), z.unknown()),
    metadata: z.object({ version: z.number() }),
  }),
});
const writeAnswer = z.object({ data: z.object({ version: z.number() }) });
const listAnswer = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const health = z.object({ initialized: z.boolean(), sealed: z.boolean() });

/** The only door to node-vault. Every call ends within two seconds, in a result or an AppError. */
export function createVault(options: VaultOptions): Vault {
  const session = createVaultSession(options);
  return {
    name: 'vault',
    start: () => session.start(),
    stop: () => session.stop(),
    kv: createKv(session, vaultPath(options.kvMount)),
    transit: createTransit(session, vaultPath(options.transitMount)),
    ping: async () => {
      try {
        const answer: unknown = await session.call((client, timeout) =>
          client.read('sys/health', { timeout }),
        );
        const { initialized, sealed } = health.parse(answer);
        return initialized && !sealed && session.isLoggedIn();
      } catch {
        return false; // "not ready" is the answer that this question is for
      }
    },
  };
}

function createKv(session: VaultSession, mount: string): VaultKv {
  /** undefined for "nothing here"; every other failure in our own words. */
  const orAbsent = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (answerOf(error)?.status === 404) {
        return undefined;
      }
      throw toVaultFault(error);
    }
  };
  const exists: VaultKv['exists'] = async (path) => {
    const found: unknown = await orAbsent(
      session.call((client, timeout) => client.read(`${mount}/metadata/${path}`, { timeout })),
    );
    return found !== undefined;
  };

  return {
    exists,
    read: async (path) => {
      const answer: unknown = await orAbsent(
        session.call((client, timeout) => client.read(`${mount}/data/${path}`, { timeout })),
      );
      if (answer === undefined) {
        return undefined;
      }
      const { data } = secretAnswer.parse(answer);
      return { data: data.data, version: data.metadata.version };
    },
    write: async (path, data, { cas }) => {
      try {
        const answer: unknown = await session.call(
          (client, timeout) =>
            client.write(`${mount}/data/${path}`, { data, options: { cas } }, { timeout }),
          { isRepeatable: false },
        );
        return writeAnswer.parse(answer).data.version;
      } catch (error) {
        throw toVaultFault(error);
      }
    },
    destroy: async (path) => {
      await orAbsent(
        session.call((client, timeout) => client.delete(`${mount}/metadata/${path}`, { timeout })),
      );
      if (await exists(path)) {
        throw toVaultFault(undefined);
      }
    },
    list: async (prefix) => {
      const answer: unknown = await orAbsent(
        session.call((client, timeout) => client.list(`${mount}/metadata/${prefix}`, { timeout })),
      );
      return answer === undefined ? [] : listAnswer.parse(answer).data.keys;
    },
  };
}
