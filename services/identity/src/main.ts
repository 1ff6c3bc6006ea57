import { createLogger, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { readIdentityConfig } from './config.ts';

const config = readIdentityConfig(process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'identity', level: config.LOG_LEVEL });
  await runService({ name: 'identity', lifecycle: compose(config, log), log });
}
