import { z } from 'zod';
import type { VaultTransit } from './client-types.ts';
import type { Client, VaultSession } from './session.ts';
import { answerOf, KeyShredded, saysKeyMissing, toVaultFault } from './vault-errors.ts';
import { vaultPath } from './vault-path.ts';

const keyAnswer = z.object({
  data: z.object({
    type: z.string(),
    latest_version: z.number(),
    deletion_allowed: z.boolean(),
    exportable: z.boolean(),
    keys: z.record(z.string(), z.unknown()),
  }),
});
const listAnswer = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const dataKeyAnswer = z.object({
  data: z.object({ plaintext: z.base64(), ciphertext: z.string() }),
});
const ciphertextAnswer = z.object({ data: z.object({ ciphertext: z.string() }) });
const plaintextAnswer = z.object({ data: z.object({ plaintext: z.string() }) });
const signatureAnswer = z.object({ data: z.object({ signature: z.string() }) });
const hmacAnswer = z.object({ data: z.object({ hmac: z.string() }) });
const publicKey = z.object({ public_key: z.base64() });

/** `vault:v3:<base64>` → the bytes. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice(text.lastIndexOf(':') + 1), 'base64');
}

type Work = (client: Client, timeout: number) => Promise<unknown>;

// eslint-disable-next-line limit/max-lines-per-function -- a list of short calls, one per operation
export function createTransit(session: VaultSession, mount: string): VaultTransit {
  const path = (verb: string, name: string, tail = ''): string =>
    `${mount}/${verb}/${vaultPath(name)}${tail}`;

  const call = async (work: Work): Promise<unknown> => {
    try {
      return await session.call(work);
    } catch (error) {
      throw saysKeyMissing(error) ? new KeyShredded() : toVaultFault(error);
    }
  };
  const callOrAbsent = async (work: Work): Promise<unknown> => {
    try {
      return await session.call(work);
    } catch (error) {
      if (answerOf(error)?.status === 404 || saysKeyMissing(error)) {
        return undefined;
      }
      throw toVaultFault(error);
    }
  };
  const post = (target: string, body: object): Promise<unknown> =>
    call((client, timeout) => client.write(target, body, { timeout }));
  const readRaw = async (name: string) => {
    const answer = await callOrAbsent((client, timeout) =>
      client.read(path('keys', name), { timeout }),
    );
    return answer === undefined ? undefined : keyAnswer.parse(answer).data;
  };
  const decrypt: VaultTransit['decrypt'] = async (name, ciphertext) => {
    const answer = await post(path('decrypt', name), { ciphertext });
    return Buffer.from(plaintextAnswer.parse(answer).data.plaintext, 'base64');
  };

  return {
    createKey: async (name, type = 'aes256-gcm96') => {
      // `exportable` is left out, not false: policies of key creators allow the type alone.
      const size = type === 'hmac' ? { key_size: 32 } : {};
      await post(path('keys', name), { type, ...size });
    },
    readKey: async (name) => {
      const key = await readRaw(name);
      return (
        key && {
          type: key.type,
          latestVersion: key.latest_version,
          deletionAllowed: key.deletion_allowed,
          exportable: key.exportable,
        }
      );
    },
    listKeys: async () => {
      const answer = await callOrAbsent((client, timeout) =>
        client.list(`${mount}/keys`, { timeout }),
      );
      return answer === undefined ? [] : listAnswer.parse(answer).data.keys;
    },
    allowDeletion: async (name) => {
      await post(path('keys', name, '/config'), { deletion_allowed: true });
    },
    deleteKey: async (name) => {
      await callOrAbsent((client, timeout) => client.delete(path('keys', name), { timeout }));
    },
    dataKey: async (name) => {
      const answer = await post(path('datakey/plaintext', name), {});
      const { plaintext, ciphertext } = dataKeyAnswer.parse(answer).data;
      return { plaintext: Buffer.from(plaintext, 'base64'), wrapped: ciphertext };
    },
    wrappedDataKey: async (name) =>
      ciphertextAnswer.parse(await post(path('datakey/wrapped', name), {})).data.ciphertext,
    unwrap: decrypt,
    decrypt,
    encrypt: async (name, plaintext) => {
      const body = { plaintext: plaintext.toString('base64') };
      return ciphertextAnswer.parse(await post(path('encrypt', name), body)).data.ciphertext;
    },
    sign: async (name, bytes) => {
      const answer = await post(path('sign', name), { input: bytes.toString('base64') });
      return bytesOf(signatureAnswer.parse(answer).data.signature);
    },
    publicKeys: async (name) => {
      const key = await readRaw(name);
      const versions = Object.entries(key?.keys ?? {}).map(([version, value]) => {
        const encoded = publicKey.parse(value).public_key;
        return [Number(version), Buffer.from(encoded, 'base64')] as const;
      });
      return new Map(versions);
    },
    hmac: async (name, bytes) => {
      const answer = await post(path('hmac', name), { input: bytes.toString('base64') });
      return bytesOf(hmacAnswer.parse(answer).data.hmac).toString('hex');
    },
  };
}
