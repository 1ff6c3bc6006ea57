import { describe, expect, it } from '@jest/globals';
import { AppError } from './errors.ts';
import { createLogger } from './logging.ts';
import { Secret } from './secret.ts';
import { prettyStream } from './pretty-log.ts';

function capture(level = 'debug') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ service: 'probe', level, destination });
  return {
    log,
    text: () => lines.join(''),
    entry: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>,
  };
}

describe('createLogger', () => {
  it('writes one JSON line with service, level, time and sentence', () => {
    const { log, entry } = capture();

    log.child({ traceId: 't1' }).warn({ shopKey: 'K' }, 'token refresh refused');

    expect(entry()).toMatchObject({
      service: 'probe',
      level: 'warn',
      traceId: 't1',
      shopKey: 'K',
      msg: 'token refresh refused',
    });
    expect(String(entry()['time'])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('keeps below its level silent', () => {
    const { log, text } = capture('info');

    log.debug({ a: 1 }, 'detail');

    expect(text()).toBe('');
  });

  it.each([
    'authorization',
    'Cookie',
    'set-cookie',
    'tm-passport',
    'password',
    'newPassword',
    'token',
    'accessToken',
    'access_token',
    'refresh_token',
    'app_secret',
    'clientSecret',
    'email',
    'contactEmail',
    'clientIp',
    'headers',
    'body',
  ])('hides %s on every level, in lists and in bindings', (key) => {
    const { log, text } = capture();
    const hidden = { [key]: 'canary-42' };

    log.info(hidden, 'one');
    log.info({ a: hidden }, 'two');
    log.info({ a: { b: [{ c: hidden }] } }, 'three');
    log.child(hidden).info('four');

    expect(text()).not.toContain('canary-42');
    expect(text().match(/\[redacted\]/g)).toHaveLength(4);
  });

  it('masks secrets inside of texts', () => {
    const { log, text } = capture();

    log.error(new Error('GET mongodb://root:canary@h/ failed'));
    log.warn({ url: 'https://x/?a=1&access_token=canary&sign=canary' }, 'Bearer canary-value');
    log.warn({ err: new Error('to canary@shop.example') }, 'mail');
    log.warn({ note: 'eyJhbGciOiJFUzI1NiJ9.canary.sig hvs.canarycanary' }, 'note');

    expect(text()).not.toContain('canary');
    expect(() =>
      text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).not.toThrow();
  });

  it('keeps type, code, reason, stack and causes of an error and nothing that hangs on it', () => {
    const { log, entry, text } = capture();
    const driver = Object.assign(new Error('socket hang up'), {
      code: 'ECONNRESET',
      config: { data: 'canary' },
      request: 'canary',
      response: { headers: { a: 'canary' }, body: 'canary' },
    });
    const err = new AppError('upstream.unavailable', 'vault', {
      cause: driver,
      details: { reason: 'vault.down' },
    });

    log.error({ err }, 'failed');

    expect(entry()['err']).toMatchObject({
      type: 'AppError',
      code: 'upstream.unavailable',
      reason: 'vault.down',
      message: 'vault',
      stack: expect.stringContaining('logging.test'),
      cause: { type: 'Error', code: 'ECONNRESET', message: 'socket hang up' },
    });
    expect(text()).not.toContain('canary');
  });

  it('says nothing of a thrown value that is no error', () => {
    const { log, entry } = capture();

    log.error({ err: 'canary' }, 'failed');

    expect(entry()['err']).toEqual({ type: 'string', message: 'not an error object' });
  });

  it('follows a ring of causes only a few steps', () => {
    const { log, text } = capture();
    const ring = new Error('ring');
    ring.cause = ring;

    log.error({ err: ring }, 'failed');

    expect(text().match(/"message":"ring"/g)?.length).toBe(5);
  });

  it('cuts what is too long, too deep or bytes, and copes with rings', () => {
    const { log, text } = capture();
    const ring: Record<string, unknown> = { n: 10n, nested: new Error('inner') };
    ring['self'] = ring;

    log.info({ long: 'x'.repeat(9000), bytes: Buffer.from('canary'), ring, at: new Date(0) }, 'ok');

    expect(text().length).toBeLessThan(8192);
    expect(text()).toContain('[deep]');
    expect(text()).toContain('[bytes]');
    expect(text()).toContain('1970-01-01');
    expect(text()).not.toContain('canary');
  });

  it('looks into what describes itself as JSON', () => {
    const { log, text } = capture();
    const document = { toJSON: () => ({ id: 'kept', accessToken: 'canary' }) };

    log.info({ document, held: new Secret('canary') }, 'ok');

    expect(text()).toContain('"id":"kept"');
    expect(text()).toContain('[secret]');
    expect(text()).not.toContain('canary');
  });

  it('keeps a line break of a client inside of one line', () => {
    const { log, text } = capture();

    log.info({ agent: 'a\r\n{"level":"fatal"}\u001b[31m' }, 'seen');

    expect(text().trim().split('\n')).toHaveLength(1);
  });
});

describe('prettyStream', () => {
  it('writes a readable line and the stack of an error', () => {
    const written: string[] = [];
    const destination = prettyStream({ write: (text) => written.push(text) });
    const log = createLogger({ service: 'probe', destination });

    log.info({ port: 4001 }, 'listening');
    log.error({ err: new Error('boom') }, 'failed');

    expect(written[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}probe listening port=4001\n$/);
    expect(written[1]).toMatch(/ERROR probe failed\nError: boom\n {4}at /);
  });
});
