import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const TELEMETRY = fileURLToPath(new URL('./telemetry.ts', import.meta.url));
const PROBE = fileURLToPath(new URL('./telemetry.fixture.ts', import.meta.url));

function probe(env: Readonly<Record<string, string>>): Record<string, unknown> {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...['-C', '@tokometrics/source', '--import', TELEMETRY], PROBE],
    { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' },
  );
  if (stdout === '') {
    throw new Error(stderr);
  }
  return JSON.parse(stdout) as Record<string, unknown>;
}

const aTraceId = expect.stringMatching(/^(?!0+$)[0-9a-f]{32}$/);

describe('the telemetry file', () => {
  it('makes ids and passes them on, and records nothing, when nobody collects spans', () => {
    const seen = probe({});

    expect(seen).toMatchObject({
      traceId: aTraceId,
      passedOn: `00-${String(seen['traceId'])}-${String(seen['passedOn']).slice(36, 52)}-00`,
      isRecorded: false,
    });
  });

  it('records spans when a collector is named', () => {
    expect(probe({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).toMatchObject({
      traceId: aTraceId,
      isRecorded: true,
    });
  });

  it.each([{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }])(
    'patches the client of MongoDB (%j)',
    (env) => {
      expect(probe(env)).toMatchObject({ isMongoosePatched: true });
    },
  );
});
