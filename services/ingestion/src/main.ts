import { createLogger, runJob, runService } from '@tokometrics/kit';
import { compose, composeReplay } from './compose.ts';
import { readIngestionConfig } from './config.ts';

const config = readIngestionConfig(process.env);
const [command, ...args] = process.argv.slice(2);
const logged = { service: 'ingestion', level: config.LOG_LEVEL };
if (command === 'replay') {
  const log = createLogger({ ...logged, destination: process.stderr });
  await runJob({ name: 'replay', log, prepare: () => composeReplay(config, log, args) });
} else if (command !== '--check-config') {
  const log = createLogger(logged);
  await runService({ name: 'ingestion', lifecycle: compose(config, log), log });
}
