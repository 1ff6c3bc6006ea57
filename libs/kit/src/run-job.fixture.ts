import { AppError } from './errors.ts';
import { createLogger } from './logging.ts';
import { runJob } from './run-job.ts';

/** A job in a process of its own, which behaves as its argument says. */
const [mode = 'done'] = process.argv.slice(2);
const log = createLogger({ service: 'fixture', level: 'warn', destination: process.stderr });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const FAILURES: Readonly<Record<string, Error>> = {
  refused: new AppError('resource.conflict', 'not now', { details: { reason: 'shop.fenced' } }),
  away: new AppError('upstream.unavailable', 'kafka does not answer'),
  bug: new TypeError('needle4af1 of somebody'),
};

await runJob({
  name: 'job',
  log,
  prepare: () => {
    if (mode === 'bad-argument') {
      throw new AppError('request.invalid', 'say what');
    }
    return {
      lifecycle: {
        name: 'part',
        start: async () => {
          say('part starting');
          await Promise.resolve();
          if (mode === 'away') {
            throw new Error('start of part failed', { cause: FAILURES[mode] });
          }
        },
        stop: async () => {
          say('part stopping');
          await Promise.resolve();
        },
      },
      work: async (signal) => {
        say('working');
        const failure = FAILURES[mode];
        if (failure !== undefined) {
          throw failure;
        }
        if (mode === 'long') {
          await new Promise<void>((resolve) => {
            const timer = setInterval(() => undefined, 1_000);
            signal.addEventListener('abort', () => {
              clearInterval(timer);
              resolve();
            });
          });
          throw new AppError('resource.conflict', 'stopped before the end');
        }
      },
    };
  },
});
