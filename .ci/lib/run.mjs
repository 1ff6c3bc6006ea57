import { spawn } from 'node:child_process';

const running = new Set();

function end(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** Ends what is still running, group by group, when we are told to stop. */
export function endAll() {
  for (const child of running) {
    end(child, 'SIGTERM');
  }
}

/**
 * Runs a program in a group of its own with a time limit; its output is kept, and shown as it comes
 * when `show` is set. A program that has done its work (`isOver`) gets 20 s to end by itself. Never
 * throws: the caller reads `code`.
 */
export function run(command, args, { cwd, env, show = false, limitMs = 900_000, isOver } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    let stdout = '';
    let timedOut = false;
    let lingered = false;
    const keep = (text, out) => {
      output += text;
      stdout += out ? text : '';
      if (show) {
        process.stdout.write(text);
      }
    };
    child.stdout.setEncoding('utf8').on('data', (text) => keep(text, true));
    child.stderr.setEncoding('utf8').on('data', (text) => keep(text, false));
    const timer = setTimeout(() => {
      timedOut = true;
      end(child, 'SIGTERM');
      setTimeout(() => end(child, 'SIGKILL'), 10_000).unref();
    }, limitMs);
    let overSince;
    const watch = setInterval(() => {
      overSince ??= isOver?.() ? performance.now() : undefined;
      if (overSince !== undefined && performance.now() - overSince > 20_000) {
        clearInterval(watch);
        lingered = true;
        end(child, 'SIGTERM');
        setTimeout(() => end(child, 'SIGKILL'), 5_000).unref();
      }
    }, 1_000);
    const done = (code) => {
      clearTimeout(timer);
      clearInterval(watch);
      running.delete(child);
      resolve({ code, output, stdout, timedOut, lingered });
    };
    child.on('error', (error) => {
      output += String(error);
      done(1);
    });
    child.on('close', (code) => done(code ?? 1));
  });
}
