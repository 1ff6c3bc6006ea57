import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePki } from './ensure-pki.ts';
import type { CertificateFiles, LocalPki } from './ensure-pki.ts';

const dir = mkdtempSync(join(tmpdir(), 'tokometrics-pki-'));
let pki: LocalPki;

beforeAll(async () => {
  pki = await ensurePki(join(dir, 'one'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const read = (files: CertificateFiles) => ({
  cert: readFileSync(files.cert),
  key: readFileSync(files.key),
});

async function ask(client: CertificateFiles | undefined, ca: string): Promise<string> {
  const server = createServer(
    { ...read(pki.server), ca: readFileSync(pki.ca), requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.end('inside'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve) => {
      const asked = request(
        { host: '127.0.0.1', port, ca: readFileSync(ca), ...(client ? read(client) : {}) },
        (response) => {
          response.on('data', (chunk: Buffer) => {
            resolve(chunk.toString());
          });
        },
      );
      asked.on('error', () => {
        resolve('refused');
      });
      asked.end();
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('ensurePki', () => {
  it('lets its own client in and nobody else', async () => {
    const other = await ensurePki(join(dir, 'two'));

    expect(await ask(pki.client, pki.ca)).toBe('inside');
    expect(await ask(undefined, pki.ca)).toBe('refused');
    expect(await ask(other.client, pki.ca)).toBe('refused');
    expect(await ask(pki.client, other.ca)).toBe('refused');
    // A server's certificate is no client's.
    expect(await ask(pki.server, pki.ca)).toBe('refused');
  });

  it('keeps what it made, with keys that only the owner reads and no key of the authority', async () => {
    const before = readFileSync(pki.client.cert, 'utf8');

    await ensurePki(join(dir, 'one'));

    expect(readFileSync(pki.client.cert, 'utf8')).toBe(before);
    expect(statSync(pki.client.key).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'one')).sort()).toEqual([
      'ca.crt',
      'dpo.crt',
      'dpo.key',
      'server.crt',
      'server.key',
    ]);
  });

  it('makes a new set a month before the old one ends, and when a file is missing', async () => {
    const home = join(dir, 'three');
    const first = readFileSync((await ensurePki(home)).client.cert, 'utf8');

    const inAYear = Date.now() + 340 * 86_400_000;
    const renewed = readFileSync((await ensurePki(home, inAYear)).client.cert, 'utf8');
    rmSync(join(home, 'dpo.key'));
    await ensurePki(home, inAYear);

    expect(renewed).not.toBe(first);
    expect(existsSync(join(home, 'dpo.key'))).toBe(true);
  });
});
