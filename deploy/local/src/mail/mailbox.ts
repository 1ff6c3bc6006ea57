import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { simpleParser } from 'mailparser';
import type { AddressObject } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Log } from '../engines/engine.ts';
import { messageOf } from '../engines/errors.ts';
import { openMailStore } from './mail-store.ts';
import type { MailStore } from './mail-store.ts';
import { STYLE, mailboxPage } from './mailbox-page.ts';

export interface MailboxOptions {
  readonly dir: string;
  readonly smtpPort: number;
  readonly pagePort: number;
  readonly log: Log;
}

export interface Mailbox {
  readonly smtpUrl: string;
  readonly pageUrl: string;
  readonly mails: MailStore['list'];
  stop(): Promise<void>;
}

const LARGEST_MAIL_BYTES = 1_000_000;

function addressText(address: AddressObject | AddressObject[] | undefined): string {
  const all = address === undefined ? [] : Array.isArray(address) ? address : [address];
  return all.map((one) => one.text).join(', ');
}

function smtpSink(store: MailStore, log: Log): SMTPServer {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL_BYTES,
    onData(stream, _session, callback) {
      simpleParser(stream).then(
        (mail) => {
          store.add({
            at: new Date().toISOString(),
            from: addressText(mail.from),
            to: addressText(mail.to),
            subject: mail.subject ?? '',
            text: mail.text ?? '',
          });
          callback();
        },
        (error: unknown) => {
          callback(new Error(messageOf(error)));
        },
      );
    },
  });
  server.on('error', (error) => {
    log(`mailbox: ${error.message}`);
  });
  return server;
}

/** A page of another site must not read mails through a name that it points at this machine. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1)(:\d+)?$/;

function serve(store: MailStore, request: IncomingMessage, response: ServerResponse): void {
  if (!LOCAL_HOST.test(request.headers.host ?? '')) {
    response.writeHead(421).end();
    return;
  }
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'self'");
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  if (request.url === '/style.css') {
    response.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' }).end(STYLE);
  } else if (request.url === '/mails.json') {
    response
      .writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(store.list()));
  } else if (request.url === '/') {
    response
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
      .end(mailboxPage(store.list()));
  } else {
    response.writeHead(404).end();
  }
}

async function listen(server: Server | SMTPServer, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve();
    });
  });
}

/** Takes every mail on loopback and shows it on a page; nothing leaves the machine. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = openMailStore(options.dir);
  const smtp = smtpSink(store, options.log);
  const page = createServer((request, response) => {
    serve(store, request, response);
  });
  await listen(smtp, options.smtpPort);
  await listen(page, options.pagePort);
  return {
    smtpUrl: `smtp://127.0.0.1:${String(options.smtpPort)}`,
    pageUrl: `http://localhost:${String(options.pagePort)}`,
    mails: () => store.list(),
    async stop() {
      await new Promise<void>((resolve) => {
        smtp.close(resolve);
      });
      page.closeAllConnections();
      await new Promise<void>((resolve) => {
        page.close(() => {
          resolve();
        });
      });
    },
  };
}
