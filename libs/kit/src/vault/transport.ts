import { VaultFault } from './vault-errors.ts';

interface NodeVaultRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly timeout?: number;
}

interface NodeVaultResponse {
  readonly statusCode: number;
  readonly body: unknown;
  readonly request: { readonly path: string };
}

const TOTAL_MS = 2_000;

async function send(options: NodeVaultRequest): Promise<NodeVaultResponse> {
  const hasBody = typeof options.json === 'object' && options.json !== null;
  let response: Response;
  let text: string;
  try {
    response = await fetch(options.uri, {
      method: options.method,
      headers: {
        ...options.headers,
        'X-Vault-Request': 'true',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
      },
      // Following one would carry the token to another host.
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(options.timeout ?? TOTAL_MS))),
      ...(hasBody ? { body: JSON.stringify(options.json) } : {}),
    });
    text = await response.text();
  } catch {
    // Deliberately without cause: it may name the request.
    throw new VaultFault('upstream.unavailable', 'vault does not answer');
  }
  if (response.status >= 300 && response.status < 400) {
    throw new VaultFault('upstream.unavailable', 'vault redirects, which is refused');
  }
  return {
    statusCode: response.status,
    body: parse(text),
    request: { path: new URL(options.uri).pathname },
  };
}

function parse(text: string): unknown {
  try {
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return body;
  } catch {
    return undefined;
  }
}

/** Takes the place of node-vault's HTTP client, which follows redirects and keeps tokens in errors. */
export const safeTransport = { defaults: () => send };
