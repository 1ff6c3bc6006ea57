import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryOf } from './child.ts';
import type { EngineContext, EngineHandle } from './engine.ts';
import { nativeEngine } from './native.ts';
import { answersHttp } from './probes.ts';

export async function startClickhouse(context: EngineContext): Promise<EngineHandle> {
  const home = join(context.dataDir, 'clickhouse');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const port = await context.ports.take('clickhouse');
  const readPort = await context.ports.take('clickhouse-read-only');
  const address = `http://127.0.0.1:${String(port)}`;
  const env = {
    CLICKHOUSE_URL: address,
    CLICKHOUSE_READONLY_URL: `http://127.0.0.1:${String(readPort)}`,
  };
  return nativeEngine({
    name: 'clickhouse',
    context,
    env,
    spec: () => ({
      name: 'clickhouse',
      command: process.execPath,
      args: [
        ...['-C', '@tokometrics/source', '--disable-warning=ExperimentalWarning'],
        fileURLToPath(new URL('../clickhouse/main.ts', import.meta.url)),
      ],
      env: {
        FACADE_DATA: home,
        FACADE_PORT: String(port),
        FACADE_READ_PORT: String(readPort),
        // The engine's calls run on libuv's threads; four would be the limit for all requests.
        UV_THREADPOOL_SIZE: '16',
        NODE_OPTIONS: '',
      },
      cwd: home,
      logFile: join(context.logDir, 'clickhouse.log'),
      registry: registryOf(context.dataDir),
      isReady: () => answersHttp(`${address}/ping`),
      readyTimeoutMs: 180_000,
      stopTimeoutMs: 20_000,
    }),
  });
}
