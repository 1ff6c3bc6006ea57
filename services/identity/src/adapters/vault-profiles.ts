import type { VaultClient } from '@tokometrics/kit';

export interface Profile {
  readonly name: string;
  readonly email: string;
}

const keyOf = (accountId: string): string => `a-${accountId}`;

/** Name and address under the account's own key: destroying that key makes every copy unreadable. */
export function createProfiles({ transit }: VaultClient) {
  return {
    async seal(accountId: string, profile: Profile): Promise<Profile> {
      await transit.createKey(keyOf(accountId), 'aes256-gcm96');
      return {
        name: await transit.encrypt(keyOf(accountId), Buffer.from(profile.name)),
        email: await transit.encrypt(keyOf(accountId), Buffer.from(profile.email)),
      };
    },
    async open(accountId: string, sealed: Profile): Promise<Profile> {
      const [name, email] = await Promise.all([
        transit.decrypt(keyOf(accountId), sealed.name),
        transit.decrypt(keyOf(accountId), sealed.email),
      ]);
      return { name: name.toString(), email: email.toString() };
    },
    sealText: (accountId: string, text: string) =>
      transit.encrypt(keyOf(accountId), Buffer.from(text)),
    openText: async (accountId: string, sealed: string) =>
      (await transit.decrypt(keyOf(accountId), sealed)).toString(),
  };
}
export type Profiles = ReturnType<typeof createProfiles>;
