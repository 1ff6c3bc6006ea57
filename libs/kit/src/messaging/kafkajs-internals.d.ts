/** The part of kafkajs 2.2.4 that `calm-queues.ts` mends; the package tells no types of it. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface Request {
    readonly entry: { readonly correlationId: number; readonly resolve: () => void };
    readonly expectResponse: boolean;
    readonly sendRequest: () => void;
  }
  class RequestQueue extends EventTarget {
    constructor(options: {
      readonly maxInFlightRequests: number;
      readonly requestTimeout: number;
      readonly enforceRequestTimeout: boolean;
      readonly clientId: string;
      readonly broker: string;
      readonly logger: { readonly debug: () => void; readonly warn: () => void };
      readonly isConnected: () => boolean;
    });
    readonly pending: readonly unknown[];
    readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    push(request: Request): void;
    maybeThrottle(ms: number): void;
    fulfillRequest(answer: {
      readonly correlationId: number;
      readonly payload: Buffer;
      readonly size: number;
    }): void;
    destroy(): void;
  }
  export = RequestQueue;
}
