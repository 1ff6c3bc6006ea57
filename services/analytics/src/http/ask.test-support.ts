import { createClock, createHttp, createMetrics, createPassportVerifier } from '@tokometrics/kit';
import { anAccountId, createMemoryLog } from '@tokometrics/testkit';
import type { aMerchantId, TestPassports } from '@tokometrics/testkit';
import type { Tenant } from '../adapters/facts.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import { routes } from './routes.ts';

export interface Asking {
  readonly sink: TestSink;
  readonly passports: TestPassports;
  /** Whose shop it is. */
  readonly merchantId: ReturnType<typeof aMerchantId>;
  readonly tenant: Tenant;
  readonly now: string;
  /** Who asks; the shop's own merchant where left out. */
  readonly asker?: ReturnType<typeof aMerchantId>;
}

/** A path below /v1/metrics of the routes as the service serves them, at a moment of the test's choice. */
export async function askRoutes(
  { sink, passports, merchantId, tenant, now, asker = merchantId }: Asking,
  path: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { log } = createMemoryLog();
  const clock = createClock();
  const http = createHttp({
    ...{ name: 'analytics', host: '127.0.0.1', port: 0, log, clock },
    routes: routes(sink.routeDeps({ tenant, merchantId, now: () => new Date(now) })),
    metrics: createMetrics({ service: 'test', runtime: false }),
    passports: createPassportVerifier({
      jwksUrl: `${passports.identityUrl}/v1/passport-keys`,
      ...{ audience: 'analytics', clock, log },
    }),
  });
  await http.start();
  try {
    const address = `http://127.0.0.1:${String(http.address().port)}/v1/metrics/${path}`;
    const mark = path.includes('?') ? '&' : '?';
    const response = await fetch(`${address}${mark}shop=${tenant.shopKey}`, {
      headers: passports.headers({
        ...{ merchantId: asker, accountId: anAccountId(), audience: 'analytics' },
      }),
    });
    return { status: response.status, body: await response.json() };
  } finally {
    await http.stop();
  }
}
