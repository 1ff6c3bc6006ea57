import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { registryOf, startChild } from './child.ts';
import type { ChildSpec } from './child.ts';
import { createPortBook } from './ports.ts';
import { acceptsTcp } from './probes.ts';
import { identityOf, isSameProcess } from './process-identity.ts';
import { endLeftovers } from './start-engines.ts';
import { supervise } from './supervise.ts';

const dir = mkdtempSync(join(tmpdir(), 'tokometrics-supervise-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const SERVER = `require('net').createServer().listen(Number(process.argv[1]), '127.0.0.1')`;

async function specOf(name: string, script = SERVER): Promise<ChildSpec> {
  const port = await createPortBook(join(dir, 'ports.json')).take(name);
  return {
    name,
    command: process.execPath,
    args: ['-e', script, String(port)],
    cwd: dir,
    logFile: join(dir, `${name}.log`),
    registry: registryOf(dir),
    isReady: () => acceptsTcp(port),
    readyTimeoutMs: 10_000,
  };
}

async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > until) {
      throw new Error('did not become true in 15 s');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('supervise', () => {
  it('starts a killed process again and says so', async () => {
    const spec = await specOf('healing');
    const lines: string[] = [];
    const service = await supervise({
      spec: () => spec,
      heals: true,
      log: (line) => lines.push(line),
    });
    const first = service.pid;

    await service.kill('SIGKILL');
    await eventually(() => service.pid !== first && spec.isReady());

    expect(lines[0]).toBe('healing ended (SIGKILL); starting it again in 0.5 s');
    await service.stop();
    expect(await spec.isReady()).toBe(false);
  });

  it('leaves a killed process dead when it is told not to heal, until restart', async () => {
    const spec = await specOf('mortal');
    const service = await supervise({ spec: () => spec, heals: false, log: () => undefined });

    await service.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await spec.isReady()).toBe(false);

    await service.restart();
    expect(await spec.isReady()).toBe(true);
    await service.stop();
  });

  it('stops a frozen process', async () => {
    const spec = { ...(await specOf('frozen')), stopTimeoutMs: 1000 };
    const service = await supervise({ spec: () => spec, heals: true, log: () => undefined });
    await service.kill('SIGSTOP');

    await service.stop();

    expect(identityOf(service.pid)).toBeUndefined();
  });
});

describe('startChild', () => {
  it('tells the last lines of a process that ends while it starts', async () => {
    const spec = await specOf('broken', `console.log('no such thing'); process.exit(3)`);

    await expect(startChild(spec)).rejects.toThrow(
      /broken ended while starting \(code 3\).*no such thing/s,
    );
  });

  it('lets a child see neither addresses nor secrets of the terminal', async () => {
    process.env['SOME_SECRET'] = 'x';
    const spec = await specOf('bare', `${SERVER}; console.log(Object.keys(process.env).join())`);
    const child = await startChild({ ...spec, env: { WANTED: '1' } });
    delete process.env['SOME_SECRET'];

    const keys = readFileSync(spec.logFile, 'utf8').trim().split(',');

    await child.stop();
    expect(keys).toEqual(expect.arrayContaining(['PATH', 'WANTED']));
    expect(keys).not.toContain('SOME_SECRET');
  });
});

describe('leftovers', () => {
  it('of a killed launcher end by themselves', async () => {
    const spec = await specOf('orphan');
    const program = `
      const { startChild } = await import(${JSON.stringify(new URL('./child.ts', import.meta.url).href)});
      const { acceptsTcp } = await import(${JSON.stringify(new URL('./probes.ts', import.meta.url).href)});
      const spec = ${JSON.stringify(spec)};
      await startChild({ ...spec, isReady: () => acceptsTcp(Number(spec.args[2])) });
      process.kill(process.pid, 'SIGKILL');`;
    const file = join(dir, 'launcher.mjs');
    writeFileSync(file, program);

    const { signal } = spawnSync(process.execPath, [file], { encoding: 'utf8' });

    expect(signal).toBe('SIGKILL');
    await eventually(async () => !(await spec.isReady()));
  });

  it('are ended by pid and start time, and nothing else is', async () => {
    const spec = await specOf('left');
    const child = await startChild(spec);
    const identity = identityOf(child.pid);
    const innocent = identityOf(process.pid);
    writeFileSync(
      registryOf(dir),
      JSON.stringify({ left: identity, reused: { pid: process.pid, startedAt: '1' } }),
    );

    await endLeftovers(dir, () => undefined);

    expect(identity !== undefined && isSameProcess(identity)).toBe(false);
    expect(innocent !== undefined && isSameProcess(innocent)).toBe(true);
  });
});

describe('the port book', () => {
  it('keeps a port, takes another while it is busy, and comes back to it', async () => {
    const file = join(dir, 'book.json');
    const port = await createPortBook(file).take('door');
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));

    const other = await createPortBook(file).take('door');
    await new Promise((resolve) => squatter.close(resolve));

    expect(other).not.toBe(port);
    expect(await createPortBook(file).take('door')).toBe(port);
  });

  it('tries the preferred port first and gives no port twice', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));

    const book = createPortBook(join(dir, 'wish.json'), { one: port, two: port });

    expect(await book.take('one')).toBe(port);
    expect(await book.take('two')).not.toBe(port);
  });

  it('gives no port that the system may give to an outgoing connection', async () => {
    // Linux begins there, macOS later.
    const first = 32_768;
    const book = createPortBook(join(dir, 'low.json'));

    for (let n = 0; n < 20; n += 1) {
      expect(await book.take(`door ${String(n)}`)).toBeLessThan(first);
    }
  });
});
