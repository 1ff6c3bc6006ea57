import { loadAsDemo } from '../support/demo-merchant.ts';
import type { Merchant } from '../support/merchant.ts';
import { startSpanReceiver } from '../support/span-receiver.ts';
import type { SpanReceiver } from '../support/span-receiver.ts';
import { startSystem } from '../support/start-system.ts';
import type { System } from '../support/start-system.ts';

/** A system that has read the week of the retail shop to its end, for all suites of the week. */
export let system: System;
export let receiver: SpanReceiver;
export let merchant: Merchant;
export let shopKey: string;

export async function startWeek(): Promise<void> {
  receiver = await startSpanReceiver();
  system = await startSystem({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
    // Some hundred questions within seconds: more than a person asks.
    envOf: { gateway: { RATE_LIMIT_PER_MINUTE: '100000' } },
  });
  ({ merchant, shopKey } = await loadAsDemo(system));
}

export async function stopWeek(): Promise<void> {
  await system.stop();
  await receiver.stop();
}
