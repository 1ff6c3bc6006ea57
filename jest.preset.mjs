import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** One Jest shape for every project: native ESM, swc as the only transform, tests beside the code. */
export function preset(overrides = {}) {
  return {
    testEnvironment: 'node',
    testEnvironmentOptions: {
      customExportConditions: ['@tokometrics/source', 'node', 'node-addons'],
    },
    extensionsToTreatAsEsm: ['.ts', '.tsx'],
    // Engines for `*.int.test.ts` when a project is run by hand; `npm test` brings its own.
    // Real engines on a busy machine: 5 s would fail the machine, not the code.
    testTimeout: 30_000,
    globalSetup: here('.ci/jest-engines.mjs'),
    globalTeardown: here('.ci/jest-engines-stop.mjs'),
    testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/src/**/*.test.tsx'],
    transform: {
      '^.+\\.tsx?$': [
        '@swc/jest',
        {
          jsc: {
            target: 'es2023',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic' } },
          },
          module: { type: 'es6' },
        },
      ],
    },
    ...overrides,
  };
}
