import type { PassportReply, SessionGrant } from '@tokometrics/contracts';

interface LoginInput {
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
  readonly deviceToken: string | null;
  readonly userAgent: string;
}

/** What the gateway asks of identity; its refusals come back with their code and reason. */
export interface IdentityClient {
  login(input: LoginInput, clientIp: string): Promise<SessionGrant>;
  reauthenticate(
    input: { readonly sessionToken: string; readonly password: string },
    clientIp: string,
  ): Promise<SessionGrant & { freshUntil: string }>;
  logout(sessionToken: string): Promise<void>;
  passport(sessionToken: string, audience: string): Promise<PassportReply>;
}

export interface ServiceAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & {
    json(): Promise<unknown>;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
}

/** Hands a request's method and body to an address, with these headers alone. */
export type SendToService = (
  url: string,
  request: AsyncIterable<Uint8Array> & { readonly method?: string | undefined },
  headers: Readonly<Record<string, string>>,
) => Promise<ServiceAnswer>;
