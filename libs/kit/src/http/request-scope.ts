import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { currentTraceId } from '../tracing.ts';

const CLIENT_IP_HEADER = 'tm-client-ip';

/** Only the gateway can reach a service, and it removes this header from what clients send. */
export function clientIpOf(request: IncomingMessage, trustHeader: boolean): string {
  const told = request.headers[CLIENT_IP_HEADER];
  if (trustHeader && typeof told === 'string' && isIP(told) !== 0) {
    return told;
  }
  return request.socket.remoteAddress ?? '0.0.0.0';
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = '0'.repeat(32);

/** Of the running span, else of the caller's header, else new. */
export function traceIdOf(request: IncomingMessage): string {
  const header = request.headers['traceparent'];
  const told = typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
  const known = currentTraceId() ?? told;
  return known === undefined || known === NO_TRACE ? randomBytes(16).toString('hex') : known;
}
