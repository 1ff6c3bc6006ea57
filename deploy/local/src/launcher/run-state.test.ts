import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ensureCredentials } from './credentials.ts';
import { claimRun, isClaim, livingRun } from './run-state.ts';
import { tellWhereItRuns } from './start.ts';

const dir = mkdtempSync(join(tmpdir(), 'tokometrics-state-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('claimRun', () => {
  it('gives one run the installation and tells the second where the first is', () => {
    const file = join(dir, 'one.json');
    const first = claimRun(file);
    if (isClaim(first)) {
      first.update({ phase: 'running', addresses: { dashboard: 'http://localhost:4800' } });
    }

    const second = claimRun(file);

    expect(isClaim(first)).toBe(true);
    expect(isClaim(second) ? '' : tellWhereItRuns(second)).toMatch(
      /^TokoMetrics runs at http:\/\/localhost:4800 \(pid \d+,/,
    );
  });

  it.each([
    [
      'of a killed run',
      JSON.stringify({ launcher: { pid: process.pid, startedAt: '1' }, phase: 'running' }),
    ],
    ['that is damaged', '{"laun'],
  ])('takes over a file %s', (_name, text) => {
    const file = join(dir, 'stale.json');
    writeFileSync(file, text);
    expect(livingRun(file)).toBeUndefined();

    const claim = claimRun(file);

    expect(isClaim(claim)).toBe(true);
    expect(livingRun(file)).toMatchObject({ phase: 'starting' });
  });
});

describe('ensureCredentials', () => {
  it('makes them once, readable by the owner alone', () => {
    const file = join(dir, 'credentials.json');
    const first = ensureCredentials(file);

    expect(ensureCredentials(file)).toEqual(first);
    expect(first.demoPassword).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
