import { createHash } from 'node:crypto';
import {
  createReadStream,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from './errors.ts';

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

/** These files are written by this package alone; a damaged one is treated as absent. */
export function readJson<T>(file: string): T | undefined {
  const text = readText(file);
  if (text === undefined) {
    return undefined;
  }
  try {
    const value: T = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step: a crash leaves the old or the new text, never half of it. */
export function writeText(file: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${String(process.pid)}.tmp`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

export function writeJson(file: string, value: unknown): void {
  writeText(file, `${JSON.stringify(value, null, 2)}\n`);
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

export function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Bytes below a folder; files that vanish meanwhile count as nothing. */
export function sizeOf(path: string): number {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) {
      return stat.size;
    }
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
}
