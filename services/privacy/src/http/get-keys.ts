import { jwks } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import type { SigningKey } from '../domain/ledger-chain.ts';

export interface KeysDeps {
  readonly publicKeys: () => Promise<readonly SigningKey[]>;
}

export function getKeys(deps: KeysDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/keys',
    summary: 'Public keys that verify receipts offline: every key that ever signed',
    response: { status: 200, schema: jwks },
    errors: ['upstream.unavailable'],
    auth: 'anonymous',
    audit: noAudit('public'),
    cacheControl: 'public, max-age=300',
    handle: async () => ({ keys: [...(await deps.publicKeys())] }),
  });
}
