/** What TikTok answers when it does not answer; text as published, statuses as the sandbox sends them. */
const TABLE = {
  rateLimited: [
    36009002,
    429,
    "Too many requests. You've made too many requests in a short period of time.",
  ],
  rateLimitedHeavy: [
    36009037,
    429,
    "Too many requests. You've made too many requests in a short period of time.",
  ],
  internal: [
    36009003,
    500,
    'Internal error. Please try again. If the issue persists, please contact platform support.',
  ],
  timeout: [36009007, 504, 'Request timeout'],
  expiredToken: [
    105002,
    401,
    "Expired credentials. The 'access_token' or 'x-tts-access-token' header has expired.",
  ],
  badToken: [36009004, 401, "Invalid credentials. The 'x-tts-access-token' header is invalid"],
  badAppKey: [36009004, 400, "Invalid credentials. Invalid 'app_key' query parameter."],
  missingAppKey: [36009004, 400, "Missing credentials. The 'app_key' query parameter is required."],
  missingSign: [
    36009004,
    400,
    "Missing credentials, signature. The 'sign' query parameter is required.",
  ],
  badTimestamp: [
    36009004,
    400,
    "Invalid timestamp. The 'timestamp' query parameter must be a 10-digit Unix timestamp.",
  ],
  earlyTimestamp: [
    36009004,
    400,
    "Invalid timestamp. The value of the 'timestamp' query parameter must not exceed the current time by more than 30 seconds.",
  ],
  lateTimestamp: [
    36009004,
    400,
    "Invalid timestamp. The value of the 'timestamp' query parameter must not be earlier than the current time by more than 5 minutes.",
  ],
  unexpectedCipher: [
    36009004,
    400,
    "Unexpected identifier. The 'shop_cipher' query parameter is not required for this request.",
  ],
  foreignCipher: [101000, 400, 'Invalid query or header.'],
  scopeMissing: [
    105005,
    401,
    'Access denied. The app is not authorized to access this endpoint. Check the access scopes granted for the app or the access token do not contain the required access scope for the endpoint.',
  ],
  badSign: [106001, 401, "Invalid credentials. The 'sign' query parameter is invalid."],
  missingCipher: [
    106013,
    400,
    "Missing identifier. The 'shop_cipher' query parameter is required to identify the target shop.",
  ],
  badPath: [36009009, 404, 'Invalid path'],
  badMethod: [36009010, 405, 'Invalid method'],
  badVersion: [36009014, 404, 'Invalid API version'],
  tooLarge: [36009021, 400, 'The size of the request body exceeds the limit.'],
  badFormat: [36009022, 400, 'The request body is not valid JSON.'],
  badContentType: [36009023, 415, "The 'content-type' header must be application/json."],
  blockedIp: [
    36009033,
    403,
    'Access denied. Your IP address is not in the IP allow list configured for this app.',
  ],
  badParameter: [98001004, 400, 'Parameter {{param_name}} is invalid.'],
  tooManyResults: [12052180, 400, 'The total number of search results can not exceed 10000.'],
  badAuthCode: [36004004, 200, 'invalid auth code'],
  unknownRefresh: [36004005, 200, 'can not find related auth record'],
  expiredRefresh: [36004001, 200, 'rt has expired'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type FaultName = keyof typeof TABLE;
export const FAULT_NAMES: readonly FaultName[] = Object.keys(TABLE).filter(isFaultName);

function isFaultName(text: string): text is FaultName {
  return text in TABLE;
}

export interface FaultReply {
  readonly code: number;
  readonly status: number;
  readonly message: string;
}

export function faultReply(name: FaultName, message?: string): FaultReply {
  const [code, status, text] = TABLE[name];
  return { code, status, message: message ?? text };
}

/** Thrown by every step of a call; one handler writes it in TikTok's envelope. */
export class TiktokFault extends Error {
  override readonly name = 'TiktokFault';
  readonly reply: FaultReply;
  readonly retryAfterS: number | undefined;

  constructor(name: FaultName, options: { message?: string; retryAfterS?: number } = {}) {
    super(name);
    this.reply = faultReply(name, options.message);
    this.retryAfterS = options.retryAfterS;
  }
}

export function badParameter(name: string, reason: string, expected: string): TiktokFault {
  return new TiktokFault('badParameter', {
    message: `Parameter ${name} is invalid. Reason: ${reason}. Expected: ${expected}.`,
  });
}
