import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';
import { startStatementProxy } from './statement-proxy.ts';
import type { StatementFate, StatementProxy } from './statement-proxy.ts';

const ANSWER = 'a long answer of the store';
let store: Server;
let proxy: StatementProxy;
/** What the store has been told to do. */
let done: string[];
let fates: StatementFate[];
let seen: string[];

beforeEach(async () => {
  [done, fates, seen] = [[], [], []];
  store = createServer((asked, response) => {
    let body = '';
    asked.setEncoding('utf8').on('data', (text: string) => (body += text));
    asked.on('end', () => {
      done.push(body);
      response.setHeader('x-kept', 'yes');
      response.end(ANSWER);
    });
  }).listen(0, '127.0.0.1');
  await once(store, 'listening');
  const { port } = store.address() as AddressInfo;
  proxy = await startStatementProxy(`http://127.0.0.1:${String(port)}`, (statement) => {
    seen.push(statement);
    return fates.shift() ?? { kind: 'pass' };
  });
});

afterEach(async () => {
  await proxy.stop();
  store.close();
});

async function ask(body: string, path = '/') {
  const response = await fetch(`${proxy.url}${path}`, { method: 'POST', body });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

describe('statement proxy', () => {
  it('passes statement and answer, and reads the text from the address or the body', async () => {
    const answer = await ask('SELECT 1');
    await ask('1\t2\n', '/?database=d&query=INSERT%20INTO%20t');

    expect([answer.status, answer.text, answer.headers.get('x-kept')]).toEqual([
      200,
      ANSWER,
      'yes',
    ]);
    expect(seen).toEqual(['SELECT 1', 'INSERT INTO t']);
    expect(done).toEqual(['SELECT 1', '1\t2\n']);
  });

  it('asks for no fate where nothing is stated', async () => {
    fates.push({ kind: 'refuse', when: 'before', status: 500 });

    expect((await ask('', '/ping')).status).toBe(200);
    expect(seen).toEqual([]);
  });

  it('brings an answer late', async () => {
    fates.push({ kind: 'delay', ms: 120 });
    const since = performance.now();

    expect((await ask('x')).text).toBe(ANSWER);
    expect(performance.now() - since).toBeGreaterThanOrEqual(115);
  });

  it.each([
    ['before', 0],
    ['during', 1],
    ['after', 1],
  ] as const)('cuts %s the store acts', async (when, times) => {
    let doneAtCut: number | undefined;
    fates.push({ kind: 'cut', when, also: () => (doneAtCut = done.length) });

    await expect(ask('x')).rejects.toThrow();

    await eventually(() => {
      expect(done).toHaveLength(times);
    });
    expect(doneAtCut).toBe(when === 'after' ? 1 : 0);
  });

  it('cuts at once what the store is to do later', async () => {
    fates.push({ kind: 'late', ms: 60 });

    await expect(ask('x')).rejects.toThrow();
    const doneAtCut = done.length;

    await eventually(() => {
      expect(done).toEqual(['x']);
    });
    expect(doneAtCut).toBe(0);
  });

  it('breaks off an answer', async () => {
    fates.push({ kind: 'truncate' });

    await expect(ask('x')).rejects.toThrow();
    expect(done).toEqual(['x']);
  });

  it('refuses in the words of ClickHouse, or of something before it, also what was done', async () => {
    fates.push(
      { kind: 'refuse', when: 'before', status: 503 },
      { kind: 'refuse', when: 'after', status: 500, fault: { code: 241, type: 'MEMORY_LIMIT' } },
    );

    const [unheard, heard] = [await ask('x'), await ask('y')];

    expect([unheard.status, unheard.text]).toEqual([503, 'no server at hand\n']);
    expect([heard.status, heard.text]).toEqual([
      500,
      'Code: 241. DB::Exception: the store is ill. (MEMORY_LIMIT)\n',
    ]);
    expect(heard.headers.get('x-clickhouse-exception-code')).toBe('241');
    expect(done).toEqual(['y']);
  });
});
