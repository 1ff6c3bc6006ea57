import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { registryOf } from './child.ts';
import type { EngineContext, EngineHandle } from './engine.ts';
import { fetchMongo } from './fetch.ts';
import { nativeEngine } from './native.ts';
import { acceptsTcp } from './probes.ts';
import { startReadOnlyFront } from '../mongo/read-only-front.ts';

export async function startMongo(context: EngineContext): Promise<EngineHandle> {
  const program = await fetchMongo(context.enginesDir, context.log);
  const home = join(context.dataDir, 'mongo');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const port = await context.ports.take('mongo');
  const front = await startReadOnlyFront({
    port: await context.ports.take('mongo-read-only'),
    serverPort: port,
  });
  const env = {
    MONGO_URL: `mongodb://127.0.0.1:${String(port)}/?directConnection=true&retryWrites=false`,
    MONGO_READONLY_URL: `mongodb://127.0.0.1:${String(front.port)}/?directConnection=true&retryWrites=false`,
  };
  return nativeEngine({
    name: 'mongo',
    context,
    env,
    onStop: () => front.stop(),
    spec: () => ({
      name: 'mongo',
      command: 'java',
      args: [
        ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
        // Netty is told to keep its buffers on the heap that the first flag bounds.
        ...['-Dio.netty.noPreferDirect=true', '-Dio.netty.noUnsafe=true'],
        ...['-cp', `${join(program, 'lib', '*')}:${join(program, 'classes')}`],
        ...['EmbeddedMongo', join(home, 'data.mv'), String(port)],
      ],
      cwd: home,
      logFile: join(context.logDir, 'mongo.log'),
      registry: registryOf(context.dataDir),
      isReady: () => acceptsTcp(port),
      readyTimeoutMs: 120_000,
    }),
  });
}
