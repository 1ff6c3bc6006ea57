/**
 * The layers inside a service and what may cross between packages. Tags between projects are
 * `@nx/enforce-module-boundaries`'s; both are seen failing on planted breaches by `.ci/walls.mjs`.
 * Patterns stay plain and listed: one that the tool deems unsafe would switch off every rule.
 */
const TEST_FILE = [
  '[.]test[.]tsx?$',
  '[.]fixture[.]tsx?$',
  '[.]test-support[.]tsx?$',
  '/src/testing/',
];
const TEST_PROJECTS = ['^libs/testkit/', '^e2e/', '^bench/'];
const BACK_END =
  '^services/(gateway|connector|ingestion|analytics|privacy|identity|tiktok-sandbox)';

const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    error(
      'domain-is-pure',
      'Rules and use-cases do no I/O: they know contracts, error codes and each other.',
      { path: `${BACK_END}/src/domain/`, pathNot: TEST_FILE },
      {
        pathNot: [
          '^services/$1/src/domain/',
          '^libs/contracts/',
          '^libs/kit/src/errors[.]ts$',
          '^libs/kit/src/json[.]ts$',
        ],
        dependencyTypesNot: ['type-only', 'npm', 'core'],
      },
    ),
    error(
      'domain-is-pure-of-packages',
      'Of packages only those that compute; of Node only what has no effect.',
      { path: `${BACK_END}/src/domain/`, pathNot: TEST_FILE },
      {
        dependencyTypes: ['npm', 'core'],
        pathNot: [
          'node_modules/zod/',
          'node_modules/@zxcvbn-ts/',
          '^crypto$',
          '^node:crypto$',
          // Address and URL parsing: functions of their arguments.
          '^(node:)?(url|net|util|buffer|zlib)$',
        ],
      },
    ),
    error(
      'domain-types-from-within',
      'Not even a type of the edges or the adapters reaches the domain.',
      { path: `${BACK_END}/src/domain/`, pathNot: TEST_FILE },
      { path: '^services/$1/src/(http|messaging|adapters)/' },
    ),
    error(
      'edges-do-not-see-adapters',
      'http/ and messaging/ call the domain; compose.ts hands them their stores.',
      { path: `${BACK_END}/src/(http|messaging)/`, pathNot: TEST_FILE },
      { path: '^services/$1/src/adapters/' },
    ),
    error(
      'adapters-do-not-see-edges',
      'An adapter serves the domain and knows no route and no topic handler.',
      { path: `${BACK_END}/src/adapters/`, pathNot: TEST_FILE },
      { path: '^services/$1/src/(http|messaging)/' },
    ),
    error(
      'compose-is-the-root',
      'Only main.ts and tests import the composition root.',
      { pathNot: ['^services/[^/]+/src/main[.]ts$', ...TEST_FILE] },
      { path: '^services/[^/]+/src/compose[.]ts$' },
    ),
    error(
      'adapters-are-composed',
      'Adapters are built by compose.ts alone.',
      {
        path: `${BACK_END}/src/`,
        pathNot: [`${BACK_END}/src/adapters/`, '^services/[^/]+/src/compose[.]ts$', ...TEST_FILE],
      },
      { path: '^services/$1/src/adapters/', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'service-isolation',
      'Services meet in contracts and on Kafka, never by import.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    error(
      'sandbox-shares-only-kit',
      'The sandbox must be right by the published facts, not by agreement with us.',
      { path: '^services/tiktok-sandbox/' },
      { path: '^libs/(contracts|erasure)/' },
    ),
    error(
      'testkit-in-tests-only',
      'What ships never imports what tests need.',
      {
        path: '^(services|libs|deploy)/',
        pathNot: [...TEST_FILE, '^libs/testkit/', '^deploy/local/'],
      },
      { path: ['^libs/testkit/', '^deploy/local/'] },
    ),
    error(
      'no-test-in-prod',
      'A test file is imported by tests alone.',
      { pathNot: [...TEST_FILE, ...TEST_PROJECTS] },
      { path: TEST_FILE },
    ),
    error('no-circular', 'Cycles hide who needs whom.', {}, { circular: true }),
    error(
      'kafka-and-vault-in-kit-only',
      'One place to replace a client, one place for its time limits and redaction.',
      { path: '^(services|libs|deploy|e2e|bench)/', pathNot: '^libs/kit/' },
      { path: ['node_modules/kafkajs/', 'node_modules/node-vault/'] },
    ),
    error(
      'no-unresolvable',
      'An import that does not resolve is checked by no rule.',
      { path: '^(services|libs|deploy|e2e|bench)/' },
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/dist-types/', '/dist-web/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tokometrics/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
