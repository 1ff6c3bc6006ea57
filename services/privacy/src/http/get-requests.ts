import { privacyRequest, privacyRequestList, requestId } from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit, reply } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { viewOf } from '../domain/request-view.ts';
import type { SagaState } from '../domain/saga-state.ts';

export interface RequestReaderDeps {
  /** Newest first. */
  readonly listOf: (merchantId: string) => Promise<readonly SagaState[]>;
}

/** Another merchant's request does not exist for the asker. */
async function findOwn(
  deps: RequestReaderDeps,
  merchantId: string,
  id: string,
): Promise<SagaState> {
  const own = await deps.listOf(merchantId);
  const found = own.find((state) => state.requestId === id);
  if (found === undefined) {
    throw new AppError('resource.not_found', 'no such request of this merchant');
  }
  return found;
}

export function getRequests(deps: RequestReaderDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/requests',
    summary: 'Privacy requests of the merchant, newest first, with the state of every store',
    response: { status: 200, schema: privacyRequestList },
    errors: ['upstream.unavailable'],
    auth: { roles: 'any' },
    audit: noAudit('read of own data'),
    handle: async ({ passport }) => {
      const own = await deps.listOf(passport.merchantId);
      return { items: own.map((state) => privacyRequest.parse(viewOf(state))), nextCursor: null };
    },
  });
}

export function getReceipts(deps: RequestReaderDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/receipts',
    summary: 'Requests of the merchant whose signed receipt can be downloaded',
    response: { status: 200, schema: privacyRequestList },
    errors: ['upstream.unavailable'],
    auth: { roles: 'any' },
    audit: noAudit('read of own data'),
    handle: async ({ passport }) => {
      const own = await deps.listOf(passport.merchantId);
      const ready = own.filter(({ receipt }) => receipt !== null);
      return { items: ready.map((state) => privacyRequest.parse(viewOf(state))), nextCursor: null };
    },
  });
}

export function getRequest(deps: RequestReaderDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/requests/:requestId',
    summary: 'One privacy request',
    params: z.strictObject({ requestId }),
    response: { status: 200, schema: privacyRequest },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: 'any' },
    audit: noAudit('read of own data'),
    handle: async ({ passport, params }) =>
      privacyRequest.parse(viewOf(await findOwn(deps, passport.merchantId, params.requestId))),
  });
}

export function getReceipt(deps: RequestReaderDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/requests/:requestId/receipt',
    summary: 'The signed erasure receipt, byte for byte as it was signed',
    params: z.strictObject({ requestId }),
    response: { status: 200, schema: z.string() },
    errors: ['resource.not_found', 'resource.conflict', 'upstream.unavailable'],
    auth: { roles: 'any' },
    audit: { action: 'privacy.receipt_read' },
    handle: async ({ passport, params }) => {
      const { receipt } = await findOwn(deps, passport.merchantId, params.requestId);
      if (receipt === null) {
        throw new AppError('resource.conflict', 'the erasure is not complete yet', {
          details: { reason: 'receipt.not_ready' },
        });
      }
      // Bytes, not a value: a receipt that is written anew would no longer be the one signed.
      return reply(200, Buffer.from(receipt, 'utf8'), {
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="tokometrics-receipt-${params.requestId}.json"`,
      });
    },
  });
}
