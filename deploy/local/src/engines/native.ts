import { startChild } from './child.ts';
import type { Child, ChildSpec } from './child.ts';
import type { EngineHandle, EngineName } from './engine.ts';

/** A native engine: one child process that can be killed and started again on the same data. */
export async function nativeEngine(
  name: EngineName,
  env: Readonly<Record<string, string>>,
  spec: () => ChildSpec,
  extra?: { readonly stop: () => Promise<void> },
): Promise<EngineHandle> {
  let child: Child = await startChild(spec());
  return {
    name,
    source: 'native',
    env,
    get pid() {
      return child.pid;
    },
    kill: (signal) => child.kill(signal),
    async restart() {
      await child.stop();
      child = await startChild(spec());
    },
    async stop() {
      await extra?.stop();
      await child.stop();
    },
  };
}

export function givenEngine(name: EngineName, env: Readonly<Record<string, string>>): EngineHandle {
  const refuse = () =>
    Promise.reject(new Error(`${name} was given by its address; it is not ours to stop or start`));
  return {
    name,
    source: 'given',
    env,
    pid: 0,
    kill: refuse,
    restart: refuse,
    stop: () => Promise.resolve(),
  };
}
