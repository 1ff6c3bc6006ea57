import type { DestinationStream } from 'pino';

/** Readable lines for a terminal; anything else than a terminal gets JSON. */
export function prettyStream(out: { write(text: string): unknown }): DestinationStream {
  return {
    write(line: string): void {
      out.write(formatLine(line));
    },
  };
}

function formatLine(line: string): string {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null) {
    return line;
  }
  const { time, level, service, msg, err, ...fields } = { ...noFields, ...entry };
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const head = `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)}`;
  const stack = stackOf(err);
  return `${[head, String(service), String(msg), ...rest].join(' ')}\n${stack}`;
}

const noFields: Record<string, unknown> = { msg: '' };

function stackOf(error: unknown): string {
  const hasStack = typeof error === 'object' && error !== null && 'stack' in error;
  return hasStack ? `${String(error.stack)}\n` : '';
}
