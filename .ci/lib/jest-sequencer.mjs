import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';
import { root } from './workspace.mjs';

/** What waits longest begins first, so that everything else fits beside it. */
const LONGEST = [
  'services/privacy/src/disconnect.int.test.ts',
  'services/connector/src/recovery.int.test.ts',
  'services/privacy/src/reconnect.int.test.ts',
];

export default class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isLong = ({ path }) => LONGEST.includes(relative(root, path));
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
}
