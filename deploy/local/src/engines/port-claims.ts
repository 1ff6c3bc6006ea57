import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One file per port, which names the process that has it in mind; all systems of a user look here. */
const FOLDER = join(tmpdir(), `tokometrics-ports-${String(process.getuid?.() ?? 'all')}`);
const claimed = new Set<number>();

export const claimFile = (port: number): string => join(FOLDER, String(port));

function write(port: number): boolean {
  try {
    writeFileSync(claimFile(port), String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function ownerOf(port: number): number {
  try {
    return Number(readFileSync(claimFile(port), 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * A port is chosen seconds before its process listens, and one whose process has died is free for a
 * moment: another system that starts meanwhile must not choose it. True when it is ours now, or was.
 */
export function claimPort(port: number): boolean {
  if (claimed.has(port)) {
    return true;
  }
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  if (!write(port)) {
    if (isAlive(ownerOf(port))) {
      return false;
    }
    // Whoever had it in mind was killed.
    rmSync(claimFile(port), { force: true });
    if (!write(port)) {
      return false;
    }
  }
  if (claimed.size === 0) {
    process.once('exit', releaseAll);
  }
  claimed.add(port);
  return true;
}

export const isClaimed = (port: number): boolean => claimed.has(port);

function releaseAll(): void {
  for (const port of claimed) {
    rmSync(claimFile(port), { force: true });
  }
}
