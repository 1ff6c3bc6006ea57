import type { UsageEvent } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { textCell, tsvRow } from '../domain/tsv.ts';

const COLUMNS = [
  ...['account_id', 'event_id', 'at', 'page', 'feature', 'seconds'],
  ...['browser', 'os', 'device_hash'],
];

/** The network that an event names is not for this store, and is left out here. */
export function createClickhouseUsage(clickhouse: Pick<Clickhouse, 'insertTsv'>) {
  return async (events: readonly UsageEvent[]): Promise<void> => {
    if (events.length === 0) {
      return;
    }
    const lines = events.map((event) =>
      tsvRow([
        textCell(event.accountId),
        textCell(event.eventId),
        event.at.replace('T', ' ').replace('Z', ''),
        textCell(event.page),
        textCell(event.feature ?? ''),
        event.seconds,
        textCell(event.browser),
        textCell(event.os),
        textCell(event.deviceHash ?? ''),
      ]),
    );
    await clickhouse.insertTsv('usage_pages', COLUMNS, Buffer.from(lines.join('')));
  };
}
