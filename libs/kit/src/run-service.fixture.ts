import { setTimeout as delay } from 'node:timers/promises';
import { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logging.ts';
import { runService } from './run-service.ts';

/** A service in a process of its own, which behaves as its argument says. */
const [mode = 'ordinary'] = process.argv.slice(2);
const log = createLogger({ service: 'fixture' });

const compose = () =>
  new Lifecycle([
    {
      name: 'part',
      start: async () => {
        if (mode === 'start-fails') {
          throw new Error('no port');
        }
        await delay(mode === 'slow-start' ? 300 : 0);
      },
      stop: async () => {
        log.info('part stopping');
        if (mode === 'stop-fails') {
          throw new Error('no end');
        }
        await delay(mode === 'slow-stop' ? 60_000 : 20);
      },
    },
  ]);

process.stdin.resume(); // keeps the process alive, as the sockets of a service do
const running = runService({ name: 'fixture', lifecycle: compose(), log, stopTimeoutMs: 1500 });
if (mode === 'slow-start') {
  log.info('service starting');
}
await running;

if (mode === 'rejects') {
  void Promise.reject(new Error('forgotten'));
}
if (mode === 'throws') {
  setTimeout(() => {
    throw new Error('bug');
  }, 1);
}
