import { createLogger, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { readAnalyticsConfig } from './config.ts';

const config = readAnalyticsConfig(process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'analytics', level: config.LOG_LEVEL });
  await runService({ name: 'analytics', lifecycle: compose(config, log), log });
}
