import { mkdtempSync, rmSync, readdirSync, statSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

const dir = mkdtempSync(join(tmpdir(), 'tokometrics-mail-'));
let mailbox: Mailbox;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function open(): Promise<Mailbox> {
  return startMailbox({
    dir,
    smtpPort: await freePort(),
    pagePort: await freePort(),
    log: () => undefined,
  });
}

/** One mail over a plain SMTP dialogue. */
async function send(subject: string, text: string): Promise<void> {
  const socket = connect(Number(new URL(mailbox.smtpUrl).port), '127.0.0.1');
  const steps = [
    'HELO test',
    'MAIL FROM:<no-reply@tokometrics.localhost>',
    'RCPT TO:<ada@example.test>',
    'DATA',
    `From: TokoMetrics <no-reply@tokometrics.localhost>\r\nTo: ada@example.test\r\nSubject: ${subject}\r\n\r\n${text}\r\n.`,
    'QUIT',
  ];
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      const next = steps.shift();
      if (!/^[23]/.test(chunk.toString())) {
        reject(new Error(chunk.toString()));
      } else if (next !== undefined) {
        socket.write(`${next}\r\n`);
      }
    });
    socket.on('close', resolve);
    socket.on('error', reject);
  });
}

beforeAll(async () => {
  mailbox = await open();
});
afterAll(async () => {
  await mailbox.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('the mailbox', () => {
  it('shows a mail with its link, and its text as text', async () => {
    await send(
      'Confirm <b>',
      'Open http://localhost:4800/verify#token=abc&x=1 now <script>alert(1)</script>',
    );

    const response = await fetch(mailbox.pageUrl);
    const page = await response.text();

    expect(page).toContain('<h2>Confirm &lt;b&gt;</h2>');
    expect(page).toContain('href="http://localhost:4800/verify#token=abc&amp;x=1"');
    expect(page).not.toContain('<script>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('keeps mails over a restart, newest first, in files of the owner', async () => {
    await send('Second', 'again');
    await mailbox.stop();
    mailbox = await open();

    expect(mailbox.mails().map(({ subject }) => subject)).toEqual(['Second', 'Confirm <b>']);
    const modes = readdirSync(dir).map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
  });

  it('answers no page that was reached by another name', async () => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(mailbox.pageUrl);
      const asked = request(
        { port, host: '127.0.0.1', headers: { host: 'evil.example' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      asked.on('error', reject);
      asked.end();
    });

    expect(status).toBe(421);
  });
});
