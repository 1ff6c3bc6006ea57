import { DATA_MAP, jwks, requestId, STORE_IDS } from '@tokometrics/contracts';
import { canonicalJson, defineRoute, noAudit, reply } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import type { ChainCheck, LedgerRecord, SigningKey } from '../domain/ledger-chain.ts';
import type { SagaState } from '../domain/saga-state.ts';

export interface DpoDeps {
  readonly releaseHeld: (requestId: string) => Promise<void>;
  readonly listAll: () => Promise<readonly SagaState[]>;
  readonly readLedger: (onRecord: (record: LedgerRecord) => void) => Promise<void>;
  readonly checkLedger: () => Promise<ChainCheck>;
  readonly publicKeys: () => Promise<readonly SigningKey[]>;
}

// The client certificate, checked before a byte of the request is read, is what lets one in here.
const common = {
  auth: 'anonymous',
  audit: noAudit('certificate holder, identifiers only'),
} as const;

const requestRow = z.object({
  requestId: z.string(),
  trigger: z.string(),
  shopKey: z.string(),
  throughEpoch: z.int(),
  state: z.string(),
  phase: z.string(),
  attention: z.string().nullable(),
  receivedAt: z.string(),
  dueAt: z.string(),
  tokensDestroyedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  receiptSeq: z.int().nullable(),
});

function getAllRequests(deps: DpoDeps): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/admin/privacy/requests',
    summary: 'All privacy requests, oldest due date first',
    response: { status: 200, schema: z.object({ items: z.array(requestRow) }) },
    errors: ['upstream.unavailable'],
    handle: async () => {
      const all = await deps.listAll();
      return { items: all.toSorted((a, b) => a.dueAt.localeCompare(b.dueAt)) };
    },
  });
}

function postRelease(deps: DpoDeps): Route {
  return defineRoute({
    ...common,
    audit: noAudit('the ledger has the erasure that follows; the log says that it was released'),
    method: 'post',
    path: '/v1/admin/privacy/requests/:requestId/release',
    summary: 'Lets an erasure begin that was held because too many sellers withdrew at once',
    params: z.strictObject({ requestId }),
    response: { status: 204, schema: z.undefined() },
    errors: ['resource.not_found', 'resource.conflict', 'upstream.unavailable'],
    handle: async ({ params }) => {
      await deps.releaseHeld(params.requestId);
      return reply(204);
    },
  });
}

function getLedgerFile(deps: DpoDeps): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/admin/privacy/ledger.ndjson',
    summary: 'The whole ledger, one canonical JSON line per entry',
    response: { status: 200, schema: z.string() },
    errors: ['upstream.unavailable'],
    handle: async () => {
      const lines: string[] = [];
      await deps.readLedger((record) => {
        lines.push(`${canonicalJson(record)}\n`);
      });
      return reply(200, Buffer.from(lines.join(''), 'utf8'), {
        'content-type': 'application/x-ndjson',
      });
    },
  });
}

function getLedgerCheck(deps: DpoDeps): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/admin/privacy/ledger/check',
    summary: 'Walks the chain now: numbers, links, hashes and signatures',
    response: {
      status: 200,
      schema: z.object({
        isWhole: z.boolean(),
        entries: z.int(),
        unsigned: z.int(),
        fault: z.object({ kind: z.string(), seq: z.int() }).nullable(),
        head: z.object({ seq: z.int(), entryHash: z.string() }).nullable(),
        keys: jwks.shape.keys,
      }),
    },
    errors: ['upstream.unavailable'],
    handle: async () => {
      const { entries, unsigned, fault, head } = await deps.checkLedger();
      return {
        isWhole: fault === null && unsigned === 0,
        entries,
        unsigned,
        fault,
        head: head === null ? null : { seq: head.entry.seq, entryHash: head.entryHash },
        keys: [...(await deps.publicKeys())],
      };
    },
  });
}

function getDataMap(): Route {
  return defineRoute({
    ...common,
    method: 'get',
    path: '/v1/admin/privacy/datamap',
    summary: 'Every place that may hold data, with owner, clause, retention, eraser and verifier',
    response: {
      status: 200,
      schema: z.object({ items: z.array(z.looseObject({ id: z.string() })) }),
    },
    errors: [],
    handle: () => ({ items: STORE_IDS.map((id) => ({ id, ...DATA_MAP[id] })) }),
  });
}

/** What the people who answer for privacy may see, and the one thing that waits for their word. */
export function dpoRoutes(deps: DpoDeps): Route[] {
  return [
    ...[getAllRequests(deps), postRelease(deps)],
    ...[getLedgerFile(deps), getLedgerCheck(deps), getDataMap()],
  ];
}
