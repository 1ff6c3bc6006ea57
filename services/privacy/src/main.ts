import { createLogger, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { readPrivacyConfig } from './config.ts';

const config = readPrivacyConfig(process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'privacy', level: config.LOG_LEVEL });
  await runService({ name: 'privacy', lifecycle: compose(config, log), log });
}
