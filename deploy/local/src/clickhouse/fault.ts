/** An answer that the facade itself refuses with, in ClickHouse's own numbers and words. */
export class FacadeFault extends Error {
  readonly code: number;

  constructor(code: number, type: string, message: string) {
    super(`Code: ${String(code)}. DB::Exception: ${message} (${type})`);
    this.name = 'FacadeFault';
    this.code = code;
  }
}

/** ClickHouse's own table, as far as its codes occur here: what the request did wrong, or 500. */
const STATUS: Readonly<Record<number, number>> = {
  ...Object.fromEntries(
    [6, 26, 27, 36, 38, 41, 43, 44, 53, 62, 69, 70, 72, 117, 130, 386, 456, 457].map((code) => [
      code,
      400,
    ]),
  ),
  ...Object.fromEntries([46, 47, 50, 56, 60, 73, 81, 115].map((code) => [code, 404])),
  48: 501,
  57: 400,
  82: 400,
  159: 408,
  164: 403,
  202: 429,
  497: 403,
  307: 413,
};

export function statusOf(code: number): number {
  return STATUS[code] ?? 500;
}

export function codeIn(message: string): number {
  return Number(/Code: (\d+)\. DB::Exception/.exec(message)?.[1] ?? 1002);
}
