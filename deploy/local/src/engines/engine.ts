/** The four engines, in the order in which they are started; stopped in reverse. */
export const ENGINE_NAMES = ['vault', 'mongo', 'clickhouse', 'kafka'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export type Log = (line: string) => void;

/** What an engine needs to start: where its program is kept, where its data lies, where to log. */
export interface EngineContext {
  /** The folder of the fetched programs, normally `<root>/.local/engines`. */
  readonly enginesDir: string;
  /** The data folder of this set of engines; one set per folder at a time. */
  readonly dataDir: string;
  /** Log files of the engines, one per engine. */
  readonly logDir: string;
  readonly log: Log;
  /** Ports that were used before in this data folder, so that a restart keeps its addresses. */
  readonly ports: PortBook;
  /** Whether an engine that dies on its own is started again. */
  readonly heals: boolean;
}

export interface PortBook {
  /** A free loopback port for that purpose: the one used last time when it is still free. */
  take(purpose: string): Promise<number>;
}

export interface EngineHandle {
  readonly name: EngineName;
  /** `given` engines run elsewhere and cannot be killed or restarted from here. */
  readonly source: 'given' | 'native';
  readonly env: Readonly<Record<string, string>>;
  /** 0 for a given engine. */
  readonly pid: number;
  /** Sends a signal to the engine's process group and, when it ends it, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the engine again on the same ports and data, after a kill or a stop or while it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
