import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { registryOf } from './child.ts';
import type { EngineContext, EngineHandle } from './engine.ts';
import { fetchKafka, recipe } from './fetch.ts';
import { writeText } from './files.ts';
import { nativeEngine } from './native.ts';
import { answersKafka } from './probes.ts';

/** One node that is broker and controller; nothing is replicated, nothing created by accident. */
function properties(dataDir: string, port: number, controllerPort: number): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${String(controllerPort)}`,
    `listeners=PLAINTEXT://127.0.0.1:${String(port)},CONTROLLER://127.0.0.1:${String(controllerPort)}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${String(port)}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${dataDir}`,
    'auto.create.topics.enable=false',
    'default.replication.factor=1',
    'min.insync.replicas=1',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=8',
    // 15 days: how far dead letters were sent again is known for as long as they are kept.
    'offsets.retention.minutes=21600',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    // The defaults are for servers: a 128 MB cleaner buffer alone is a third of this heap, and
    // each partition would reserve two 10 MB index files.
    'log.cleaner.dedupe.buffer.size=8388608',
    'log.index.size.max.bytes=1048576',
    'num.network.threads=2',
    'num.io.threads=4',
    'num.recovery.threads.per.data.dir=2',
    '',
  ].join('\n');
}

/** The one on PATH; the launcher has looked for it before. */
const JAVA = 'java';

function javaFlags(jars: string, heap: string): string[] {
  return [
    ...[`-Xmx${heap}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
    `-Dlog4j2.configurationFile=${recipe('kafka.log4j2.xml')}`,
    ...['-cp', join(jars, 'lib', '*')],
  ];
}

/** Sixteen bytes in URL-safe base64, never led by "-", which would be taken for an option. */
export function clusterId(bytes: Buffer = randomBytes(16)): string {
  return Buffer.from([(bytes[0] ?? 0) & 0x7f, ...bytes.subarray(1)]).toString('base64url');
}

/** Not in a blocking call: meanwhile the other engines are asked whether they serve. */
async function format(jars: string, config: string): Promise<void> {
  const tool = spawn(
    JAVA,
    [
      ...javaFlags(jars, '128m'),
      ...['kafka.tools.StorageTool', 'format', '-t', clusterId()],
      ...['-c', config],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const end = () => tool.kill();
  process.once('exit', end);
  let output = '';
  for (const stream of [tool.stdout, tool.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    tool.once('error', reject);
    tool.once('close', resolve);
  }).finally(() => process.off('exit', end));
  if (status !== 0) {
    throw new Error(`Kafka's storage could not be formatted:\n${output}`);
  }
}

export async function startKafka(context: EngineContext): Promise<EngineHandle> {
  const jars = await fetchKafka(context.enginesDir, context.log);
  const home = join(context.dataDir, 'kafka');
  const data = join(home, 'data');
  const port = await context.ports.take('kafka');
  const controllerPort = await context.ports.take('kafka-controller');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const config = join(home, 'server.properties');
  writeText(config, properties(data, port, controllerPort));
  if (!existsSync(join(data, 'meta.properties'))) {
    await format(jars, config);
  }
  return nativeEngine({
    name: 'kafka',
    context,
    env: { KAFKA_BROKERS: `127.0.0.1:${String(port)}` },
    spec: () => ({
      name: 'kafka',
      command: JAVA,
      args: [...javaFlags(jars, '384m'), 'kafka.Kafka', config],
      cwd: home,
      logFile: join(context.logDir, 'kafka.log'),
      registry: registryOf(context.dataDir),
      isReady: () => answersKafka(port),
      readyTimeoutMs: 180_000,
      stopTimeoutMs: 20_000,
    }),
  });
}
