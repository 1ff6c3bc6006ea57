import { createLogger, readConfig, runService, type Lifecycled } from '@tokometrics/kit';
import { compose } from './compose.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLogger({ service: 'tiktok-sandbox', level: config.LOG_LEVEL });

let inner: Lifecycled | undefined;
/** Reading the shop's file belongs to the start: a bad file is reported as a start that failed. */
const lifecycle: Lifecycled = {
  name: 'tiktok-sandbox',
  start: async () => {
    inner = compose(config, log).lifecycle;
    await inner.start();
  },
  stop: () => inner?.stop() ?? Promise.resolve(),
};
await runService({ name: 'tiktok-sandbox', lifecycle, log });
