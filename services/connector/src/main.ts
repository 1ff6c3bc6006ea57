import { createLogger, readConfig, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'connector', level: config.LOG_LEVEL });
  await runService({ name: 'connector', lifecycle: compose(config, log).lifecycle, log });
}
