import { createUlid, isAppError, mongoErrors } from '@tokometrics/kit';
import type { Lifecycled, Logger, Mongo } from '@tokometrics/kit';
import { createTransport } from 'nodemailer';
import { renderMail } from '../domain/mail-templates.ts';
import type { Mail, MailTemplate } from '../domain/mail-templates.ts';
import type { Profiles } from './vault-profiles.ts';

interface Stored {
  _id: string;
  accountId: string;
  template: MailTemplate;
  /** Path within the product, sealed under the account's key: it may hold a one-time token. */
  sealedPath: string;
  tries: number;
  nextAt: Date;
}

export interface OutboxDeps {
  readonly mongo: Mongo;
  readonly profiles: Profiles;
  readonly addressOf: (accountId: string) => Promise<string | undefined>;
  readonly smtpUrl: string;
  readonly from: string;
  readonly publicUrl: string;
  readonly now: () => Date;
  readonly log: Logger;
}

const POLL_MS = 1_000;
const LONGEST_WAIT_MS = 15 * 60_000;
const MAX_TRIES = 30;

/** Mail is kept until the server has taken it; one mail per id however often it is asked for. */
export function createMailOutbox(
  deps: OutboxDeps,
): Lifecycled & { queue(mail: Mail): Promise<void> } {
  const rows = rowsOf(deps.mongo);
  const transport = createTransport(deps.smtpUrl);
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  const { send, postpone } = createDelivery(deps, rows, transport);

  async function drain(): Promise<void> {
    const due = await mongoErrors(() => rows.find({ nextAt: { $lte: deps.now() } }).toArray());
    for (const row of due) {
      try {
        await send(row);
      } catch (error) {
        await postpone(row, error);
      }
    }
  }

  function tick(): void {
    working = drain()
      .catch((error: unknown) => {
        deps.log.warn({ err: error }, 'mail outbox can not be read');
      })
      .finally(() => {
        timer = timer === undefined ? undefined : setTimeout(tick, POLL_MS);
      });
  }

  return {
    name: 'mail-outbox',
    start() {
      timer = setTimeout(tick, POLL_MS);
      return Promise.resolve();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await working;
      transport.close();
    },
    async queue({ mailId, accountId, template, path }) {
      const sealedPath = await deps.profiles.sealText(accountId, path);
      const row: Stored = {
        _id: mailId ?? createUlid(),
        accountId,
        template,
        sealedPath,
        tries: 0,
        nextAt: deps.now(),
      };
      try {
        await mongoErrors(() => rows.insertOne(row));
      } catch (error) {
        if (!isAppError(error, 'resource.conflict')) {
          throw error;
        }
      }
    },
  };
}

type Transport = ReturnType<typeof createTransport>;
type Rows = ReturnType<typeof rowsOf>;

function rowsOf(mongo: Mongo) {
  return mongo.collection<Stored>('mail_outbox');
}

/** One row: sent and forgotten, or put off. */
function createDelivery(deps: OutboxDeps, rows: Rows, transport: Transport) {
  async function send(row: Stored): Promise<void> {
    const to = await deps.addressOf(row.accountId);
    if (to !== undefined) {
      const path = await deps.profiles.openText(row.accountId, row.sealedPath);
      const { subject, text } = renderMail(row.template, `${deps.publicUrl}${path}`);
      await transport.sendMail({ from: deps.from, to, subject, text });
    }
    await mongoErrors(() => rows.deleteOne({ _id: row._id }));
  }

  async function postpone(row: Stored, error: unknown): Promise<void> {
    // Nodemailer's errors quote addresses: only the kind of failure is logged.
    const code: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
    deps.log.warn(
      { mailId: row._id, code: typeof code === 'string' ? code : 'unknown' },
      'mail not sent, will be tried again',
    );
    if (row.tries + 1 >= MAX_TRIES) {
      deps.log.error({ mailId: row._id }, 'mail given up');
      await mongoErrors(() => rows.deleteOne({ _id: row._id }));
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** row.tries);
    const nextAt = new Date(deps.now().getTime() + wait);
    await mongoErrors(() =>
      rows.updateOne({ _id: row._id }, { $set: { nextAt, tries: row.tries + 1 } }),
    );
  }

  return { send, postpone };
}
