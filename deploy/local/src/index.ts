export { startEngines } from './engines/start-engines.ts';
export type { Engines, StartEnginesOptions } from './engines/start-engines.ts';
export type { EngineHandle, EngineName, Log } from './engines/engine.ts';
