import type { ChildSpec } from './child.ts';
import type { EngineContext, EngineHandle, EngineName } from './engine.ts';
import { supervise } from './supervise.ts';

interface NativeEngine {
  readonly name: EngineName;
  readonly context: EngineContext;
  readonly env: Readonly<Record<string, string>>;
  readonly spec: () => ChildSpec;
  readonly onStop?: () => Promise<void>;
}

/** A native engine: one child process that can be killed and started again on the same data. */
export async function nativeEngine(engine: NativeEngine): Promise<EngineHandle> {
  const { name, context, env, spec, onStop } = engine;
  const process = await supervise({ spec, heals: context.heals, log: context.log });
  return {
    name,
    source: 'native',
    env,
    get pid() {
      return process.pid;
    },
    kill: (signal) => process.kill(signal),
    restart: () => process.restart(),
    async stop() {
      await onStop?.();
      await process.stop();
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
