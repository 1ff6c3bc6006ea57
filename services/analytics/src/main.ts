import { createLogger, runJob, runService } from '@tokometrics/kit';
import { compose, composeReplay } from './compose.ts';
import { readAnalyticsConfig } from './config.ts';

const config = readAnalyticsConfig(process.env);
const [command, ...args] = process.argv.slice(2);
const logged = { service: 'analytics', level: config.LOG_LEVEL };
if (command === 'replay') {
  const log = createLogger({ ...logged, destination: process.stderr });
  await runJob({ name: 'replay', log, prepare: () => composeReplay(config, log, args) });
} else if (command !== '--check-config') {
  const log = createLogger(logged);
  await runService({ name: 'analytics', lifecycle: compose(config, log), log });
}
