import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';
import { root } from './workspace.mjs';

/** In this order: what takes longest begins first, so that all workers end at about the same time. */
const LONGEST = [
  'services/privacy/src/killed.int.test.ts',
  'services/connector/src/recovery.int.test.ts',
  'services/analytics/src/killed.int.test.ts',
  'services/privacy/src/disconnect.int.test.ts',
  'services/ingestion/src/redrive.int.test.ts',
  'services/ingestion/src/rebuild.int.test.ts',
  'services/privacy/src/reconnect.int.test.ts',
  'services/analytics/src/ill-store.int.test.ts',
  'services/connector/src/faults.int.test.ts',
  'services/analytics/src/adapters/reroll.int.test.ts',
  'services/connector/src/fault-table.int.test.ts',
  'e2e/src/crash.fault.e2e.test.ts',
  'e2e/src/engines-stopped.fault.e2e.test.ts',
  'services/tiktok-sandbox/src/domain/retail/retail-shop.test.ts',
  'services/tiktok-sandbox/src/webhooks.test.ts',
  'services/tiktok-sandbox/src/restart.test.ts',
  'services/tiktok-sandbox/src/http/synthetic-pages.test.ts',
];

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const rank = ({ path }) => {
      const place = LONGEST.indexOf(relative(root, path));
      return place === -1 ? LONGEST.length : place;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
