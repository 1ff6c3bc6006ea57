/** One Jest shape for every project: native ESM, swc as the only transform, tests beside the code. */
export function preset(overrides = {}) {
  return {
    testEnvironment: 'node',
    testEnvironmentOptions: {
      customExportConditions: ['@tokometrics/source', 'node', 'node-addons'],
    },
    extensionsToTreatAsEsm: ['.ts', '.tsx'],
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
