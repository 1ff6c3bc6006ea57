import { startServiceProcess } from '@tokometrics/testkit';
import type { ServiceProcess } from '@tokometrics/testkit';
import type { Truth } from './facts.ts';
import { passFrom, workOf } from './pass.ts';
import type { MetricsText, Pass } from './pass.ts';
import { figuresOf } from './place.ts';
import type { Place } from './place.ts';

export const startOurSink = (
  place: Place,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> =>
  startServiceProcess('analytics', { LOG_LEVEL: 'error', ...place.envOf('analytics'), ...env });

export const metricsOf =
  ({ opsUrl }: Pick<ServiceProcess, 'opsUrl'>): MetricsText =>
  async () =>
    (await fetch(`${opsUrl}/metrics`)).text();

/**
 * The stream is in the log before the sink, which is warm, reads the first of it: frozen meanwhile, it
 * wakes to all of it.
 */
export async function passOver(
  service: ServiceProcess,
  group: string,
  fill: () => Promise<number>,
): Promise<Pass> {
  const metrics = metricsOf(service);
  const before = await workOf(metrics, group);
  void service.kill('SIGSTOP');
  const records = await fill();
  void service.kill('SIGCONT');
  return passFrom(before, metrics, group, records);
}

export const ourFigures = ({ clickhouse }: Place): Promise<Truth> =>
  figuresOf(
    clickhouse,
    `SELECT shop_key AS shop, toString(event_date) AS day, toString(sum(orders)) AS orders,
       toString(sum(units)) AS units, toString(sum(gross_sales)) AS gross
     FROM shop_daily FINAL GROUP BY shop, day`,
  );
