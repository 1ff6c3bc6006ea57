import { afterEach, describe, expect, it } from '@jest/globals';
import { shopKey } from '@tokometrics/contracts';
import { SESSION_COOKIE } from '../domain/cookies.ts';
import { MERCHANT, startEdge, startUpstream, TOKEN } from './edge.fixture.ts';

const passport = {
  ...{ passport: 'the.pass.port', sessionId: 'sid', accountId: MERCHANT, merchantId: MERCHANT },
  ...{ freshUntil: null, expiresAt: '2026-11-25T10:00:00Z' },
};
const news = { kind: 'sync.progress', shopKey: shopKey.parse(MERCHANT) } as const;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

async function setup(status = 200) {
  const upstream = await startUpstream(() => [
    status,
    status === 200 ? passport : { code: 'auth.required' },
  ]);
  const edge = await startEdge(upstream.url);
  stops.push(async () => {
    await edge.stop();
    upstream.server.close();
    upstream.server.closeAllConnections();
  });
  return edge;
}

/** A window that listens: what comes until it says this, or else until the line ends. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/api/v1/events`, {
    headers: { cookie: `${SESSION_COOKIE}=${TOKEN}`, ...headers },
  });
  const pieces = answer.body?.values();
  let text = '';
  const hear = async (words?: string): Promise<string> => {
    while (words === undefined || !text.includes(words)) {
      const next = await pieces?.next();
      if (next?.done !== false) {
        return `${text}(end)`;
      }
      text += Buffer.from(next.value).toString();
    }
    return text;
  };
  return { status: answer.status, hear };
}

describe('the event stream', () => {
  it('says at once where a window stands, and at each heartbeat again', async () => {
    const { url, streams } = await setup();
    const { hear } = await listen(url);
    const first = await hear('\n\n');
    streams.publish(news);
    const event = `id: 1000\nevent: sync.progress\ndata: ${JSON.stringify(news)}\n\n`;

    expect(first).toMatch(/^retry: 3000\nid: 999\n\n/);
    expect(await hear(': heartbeat\nid: 1000\n\n')).toContain(event);
  });

  it('gives whoever comes back what it has missed, and resets whoever was away for too long', async () => {
    const { url, streams } = await setup();
    streams.publish(news);
    const back = await listen(url, { 'last-event-id': '999' });
    const late = await listen(url, { 'last-event-id': '5' });
    const [missed, reset] = [await back.hear(': heartbeat'), await late.hear(': heartbeat')];

    expect(missed).toContain('id: 1000\nevent: sync.progress');
    expect(missed).not.toContain('reset');
    expect(reset).toContain('id: 1000\nevent: reset');
  });

  it('resets nobody for a window too many: the oldest one is told to stay away', async () => {
    const { url, streams } = await setup();
    const oldest = await listen(url, { 'last-event-id': '999' });
    const others = await Promise.all(
      Array.from({ length: 5 }, () => listen(url, { 'last-event-id': '999' })),
    );
    const texts = await Promise.all(others.map(({ hear }) => hear(': heartbeat')));

    expect(await oldest.hear()).toMatch(/retry: 600000\nevent: displaced\ndata: \{\}\n\n\(end\)$/);
    expect(texts.join('')).not.toMatch(/reset|displaced|end/);
    expect(streams.size()).toBe(5);
  });

  it('opens for nobody whose session identity does not confirm', async () => {
    const { url } = await setup(401);

    expect((await listen(url)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/events`)).status).toBe(401);
  });
});
