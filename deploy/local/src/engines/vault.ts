import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryOf } from './child.ts';
import type { EngineContext, EngineHandle } from './engine.ts';
import { fetchVault } from './fetch.ts';
import { readText, writeText } from './files.ts';
import { nativeEngine } from './native.ts';
import { answersHttp } from './probes.ts';

/** The key file stands in for the hardware or cloud key of a real installation. */
interface VaultPlace {
  readonly home: string;
  readonly keyFile: string;
  readonly port: number;
  readonly clusterPort: number;
}

function configuration({ home, keyFile, port, clusterPort }: VaultPlace): string {
  return [
    'ui = false',
    `api_addr = "http://127.0.0.1:${String(port)}"`,
    `cluster_addr = "http://127.0.0.1:${String(clusterPort)}"`,
    'storage "raft" {',
    `  path = "${join(home, 'raft')}"`,
    '  node_id = "local"',
    // A single node elects itself after this many seconds or so; the default waits for others.
    '  performance_multiplier = 1',
    '}',
    'listener "tcp" {',
    `  address = "127.0.0.1:${String(port)}"`,
    `  cluster_address = "127.0.0.1:${String(clusterPort)}"`,
    '  tls_disable = true',
    '}',
    'seal "static" {',
    '  current_key_id = "local-1"',
    `  current_key = "file://${keyFile}"`,
    '}',
    '',
  ].join('\n');
}

async function initialise(address: string, tokenFile: string): Promise<void> {
  const response = await fetch(`${address}/v1/sys/init`, {
    method: 'PUT',
    body: JSON.stringify({ recovery_shares: 1, recovery_threshold: 1 }),
  });
  const text = await response.text();
  const token = /"root_token":"([^"]+)"/.exec(text)?.[1];
  if (token === undefined) {
    throw new Error(`OpenBao refused to be initialised: ${text.slice(0, 200)}`);
  }
  writeText(tokenFile, token);
}

async function untilUnsealed(address: string): Promise<void> {
  const until = Date.now() + 120_000;
  while (!(await answersHttp(`${address}/v1/sys/health`))) {
    if (Date.now() > until) {
      throw new Error('OpenBao does not unseal itself');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startVault(context: EngineContext): Promise<EngineHandle> {
  const program = await fetchVault(context.enginesDir, context.log);
  const home = join(context.dataDir, 'vault');
  mkdirSync(join(home, 'raft'), { recursive: true, mode: 0o700 });
  const keyFile = join(home, 'seal.key');
  if (!existsSync(keyFile)) {
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  }
  const port = await context.ports.take('vault');
  const config = join(home, 'config.hcl');
  const clusterPort = await context.ports.take('vault-cluster');
  writeText(config, configuration({ home, keyFile, port, clusterPort }));
  const address = `http://127.0.0.1:${String(port)}`;
  const tokenFile = join(home, 'root-token');
  const handle = await nativeEngine({
    name: 'vault',
    context,
    env: { VAULT_ADDR: address },
    spec: () => ({
      name: 'vault',
      command: join(program, 'bao'),
      args: ['server', `-config=${config}`, '-log-level=warn'],
      cwd: home,
      logFile: join(context.logDir, 'vault.log'),
      registry: registryOf(context.dataDir),
      // Sealed or not initialised is an answer too; on a restart it unseals itself a moment later.
      isReady: () =>
        answersHttp(`${address}/v1/sys/health`, existsSync(tokenFile) ? [200] : [200, 501, 503]),
      readyTimeoutMs: 120_000,
    }),
  });
  if (!existsSync(tokenFile)) {
    await initialise(address, tokenFile);
    await untilUnsealed(address);
  }
  return withToken(handle, readText(tokenFile) ?? '');
}

function withToken(handle: EngineHandle, token: string): EngineHandle {
  const env = { ...handle.env, VAULT_ROOT_TOKEN: token };
  return {
    name: handle.name,
    source: handle.source,
    env,
    get pid() {
      return handle.pid;
    },
    kill: (signal) => handle.kill(signal),
    restart: () => handle.restart(),
    stop: () => handle.stop(),
  };
}
