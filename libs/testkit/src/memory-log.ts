import { createLogger } from '@tokometrics/kit';
import type { Logger } from '@tokometrics/kit';

export interface MemoryLog {
  readonly log: Logger;
  /** Everything written, as it would have gone to stdout. */
  text(): string;
  lines(): Record<string, unknown>[];
}

/** The real logger, redaction included, into memory instead of stdout. */
export function createMemoryLog(level = 'debug'): MemoryLog {
  let written = '';
  const log = createLogger({
    service: 'test',
    level,
    destination: {
      write(line: string) {
        written += line;
      },
    },
  });
  return {
    log,
    text: () => written,
    lines: () =>
      written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
