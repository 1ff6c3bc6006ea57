import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { FaultOrder } from '../domain/faults.ts';
import { sendAnswer, type Answer } from './envelope.ts';

const HTML_503 =
  '<html><head><title>503 Service Temporarily Unavailable</title></head><body>503</body></html>';

/** Faults of the way back: the call was done, only its answer suffers. Gives the status sent. */
export async function sendStruck(
  response: Response,
  answer: Answer,
  faults: readonly FaultOrder[],
): Promise<number> {
  const has = (kind: FaultOrder['kind']): boolean => faults.some((fault) => fault.kind === kind);
  const slow = faults.find(({ kind }) => kind === 'slow');
  if (slow !== undefined) {
    await sleep(slow.delay_ms);
  }
  if (has('drop')) {
    response.socket?.destroy();
    return 0;
  }
  if (has('html_503')) {
    response.status(503).type('text/html').end(HTML_503);
    return 503;
  }
  if (has('truncated_json')) {
    // A whole HTTP answer whose JSON is cut: the client cannot tell by the length.
    const half = answer.text.slice(0, Math.max(1, Math.floor(answer.text.length / 2)));
    response.status(answer.status).type('application/json').end(half);
    return answer.status;
  }
  sendAnswer(response, answer);
  return answer.status;
}
