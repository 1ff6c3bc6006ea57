import { createLogger, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { readIngestionConfig } from './config.ts';

const config = readIngestionConfig(process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'ingestion', level: config.LOG_LEVEL });
  await runService({ name: 'ingestion', lifecycle: compose(config, log), log });
}
