import { createLogger, runService } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { readGatewayConfig } from './config.ts';

const config = readGatewayConfig(process.env);
if (!process.argv.includes('--check-config')) {
  const log = createLogger({ service: 'gateway', level: config.LOG_LEVEL });
  await runService({ name: 'gateway', lifecycle: compose(config, log), log });
}
