/**
 * One planted breach per wall. `file` gets `source`; `rule` must fire there; `says` is part of the
 * message where one rule has many meanings; without `source` the file is the workspace's own. GROUND is what the breaches import.
 */
const service = (name, path) => `services/${name}/src/${path}`;
const syntax = (what, says, source, file) => ({
  what,
  rule: 'no-restricted-syntax',
  says,
  source,
  file,
});

export const GROUND = {
  'libs/contracts/src/index.ts': "export const topic = 'tm.x.v1';",
  'libs/kit/src/index.ts': "export const kitName = 'kit';",
  'libs/kit/src/errors.ts': "export const code = 'internal';",
  'libs/kit/src/json.ts': "export const canonical = '{}';",
  'libs/kit/src/telemetry.ts': 'export const isTraced = true;',
  'libs/erasure/src/index.ts': "export const fence = 'fence';",
  'libs/testkit/src/index.ts': "export const builder = 'builder';",
  'deploy/local/src/index.ts': "export const engines = 'engines';",
  [service('analytics', 'index.ts')]: 'export const figure = 1;',
  [service('connector', 'compose.ts')]: 'export const root = 1;',
  [service('connector', 'adapters/mongo-shops.ts')]: 'export const shops = 1;',
  [service('connector', 'http/get-shop.ts')]: 'export const getShop = 1;',
};

/** One innocent file per room: it does what the room is for, and nothing may fire. */
export const CLEAN = {
  [service('connector', 'main.ts')]:
    "import { root } from './compose.ts';\n\nexport const started = [root, process.env['PORT']];",
  [service('connector', 'domain/clean-rule.ts')]:
    "import { createHash } from 'node:crypto';\nimport { topic } from '@tokometrics/contracts';\nimport { code } from '@tokometrics/kit/errors';\n\nexport const hash = (at: Date) =>\n  createHash('sha256').update(`${topic}${code}${at.toISOString()}`).digest('hex');",
  [service('connector', 'adapters/clean-adapter.ts')]:
    "import { kitName } from '@tokometrics/kit';\n\nexport async function read(): Promise<string> {\n  try {\n    return await Promise.resolve(kitName);\n  } catch (error) {\n    throw new Error('unavailable', { cause: error });\n  }\n}",
  [service('connector', 'domain/clean-rule.test.ts')]:
    "import { describe, expect, it } from '@jest/globals';\nimport { builder } from '@tokometrics/testkit';\n\ndescribe('a rule', () => {\n  it('holds', () => {\n    expect(builder as unknown).toBe('builder');\n  });\n});",
};

const BOUNDARY = '@nx/enforce-module-boundaries';
const boundaries = [
  {
    what: 'a service imports a service',
    file: service('connector', 'uses-analytics.ts'),
    source: "import { figure } from '../../analytics/src/index.ts';\n\nexport const a = figure;",
    rule: BOUNDARY,
    says: 'relative or absolute path',
  },
  {
    what: 'the sandbox imports contracts',
    file: service('tiktok-sandbox', 'domain/uses-contracts.ts'),
    source: "import { topic } from '@tokometrics/contracts';\n\nexport const a = topic;",
    rule: BOUNDARY,
    says: 'type:sandbox',
  },
  {
    what: 'the dashboard imports kit',
    file: service('dashboard', 'uses-kit.ts'),
    source: "import { kitName } from '@tokometrics/kit';\n\nexport const a = kitName;",
    rule: BOUNDARY,
    says: 'type:web',
  },
  {
    what: 'kit imports contracts',
    file: 'libs/kit/src/uses-contracts.ts',
    source: "import { topic } from '@tokometrics/contracts';\n\nexport const a = topic;",
    rule: BOUNDARY,
    says: 'type:kit',
  },
  {
    what: 'contracts import a package other than zod',
    file: 'libs/contracts/src/uses-pino.ts',
    source: "import { pino } from 'pino';\n\nexport const a = pino;",
    rule: BOUNDARY,
    says: 'type:contracts',
  },
  {
    what: 'a service imports the launcher',
    file: service('gateway', 'uses-local.ts'),
    source: "import { engines } from '@tokometrics/local';\n\nexport const a = engines;",
    rule: BOUNDARY,
    says: 'type:service',
  },
  {
    what: 'a service uses a package that its package.json does not name',
    file: service('identity', 'adapters/undeclared.ts'),
    source: "import { Agent } from 'undici';\n\nexport const a = Agent;",
    rule: BOUNDARY,
    says: 'Transitive',
  },
  {
    what: 'a package.json names what nobody imports',
    file: 'services/gateway/package.json',
    rule: '@nx/dependency-checks',
    says: 'is not used',
  },
];

const layers = [
  {
    what: 'the domain imports kit and all its clients',
    file: service('connector', 'domain/imports-kit.ts'),
    source: "import { kitName } from '@tokometrics/kit';\n\nexport const a = kitName;",
    rule: 'domain-is-pure',
  },
  {
    what: 'the domain opens files',
    file: service('connector', 'domain/opens-files.ts'),
    source: "import { readFileSync } from 'node:fs';\n\nexport const a = readFileSync;",
    rule: 'domain-is-pure-of-packages',
  },
  {
    what: 'the domain imports a driver',
    file: service('connector', 'domain/imports-driver.ts'),
    source: "import { request } from 'undici';\n\nexport const a = request;",
    rule: 'domain-is-pure-of-packages',
  },
  {
    what: 'the domain takes a type of an adapter',
    file: service('connector', 'domain/adapter-type.ts'),
    source:
      "import type { shops } from '../adapters/mongo-shops.ts';\n\nexport type A = typeof shops;",
    rule: 'domain-types-from-within',
  },
  {
    what: 'a route calls a store',
    file: service('connector', 'http/calls-store.ts'),
    source: "import { shops } from '../adapters/mongo-shops.ts';\n\nexport const a = shops;",
    rule: 'edges-do-not-see-adapters',
  },
  {
    what: 'a message handler calls a store',
    file: service('connector', 'messaging/calls-store.ts'),
    source: "import { shops } from '../adapters/mongo-shops.ts';\n\nexport const a = shops;",
    rule: 'edges-do-not-see-adapters',
  },
  {
    what: 'an adapter knows a route',
    file: service('connector', 'adapters/knows-route.ts'),
    source: "import { getShop } from '../http/get-shop.ts';\n\nexport const a = getShop;",
    rule: 'adapters-do-not-see-edges',
  },
  {
    what: 'a route reaches for the composition root',
    file: service('connector', 'http/uses-compose.ts'),
    source: "import { root } from '../compose.ts';\n\nexport const a = root;",
    rule: 'compose-is-the-root',
  },
  {
    what: 'config.ts builds an adapter',
    file: service('connector', 'config.ts'),
    source: "import { shops } from './adapters/mongo-shops.ts';\n\nexport const a = shops;",
    rule: 'adapters-are-composed',
  },
  {
    what: 'a service imports a service by path',
    file: service('ingestion', 'reaches-over.ts'),
    source: "import { figure } from '../../analytics/src/index.ts';\n\nexport const a = figure;",
    rule: 'service-isolation',
  },
  {
    what: 'the sandbox imports erasure by path',
    file: service('tiktok-sandbox', 'reaches-over.ts'),
    source:
      "import { fence } from '../../../libs/erasure/src/index.ts';\n\nexport const a = fence;",
    rule: 'sandbox-shares-only-kit',
  },
  {
    what: 'what ships imports testkit',
    file: service('privacy', 'uses-testkit.ts'),
    source: "import { builder } from '@tokometrics/testkit';\n\nexport const a = builder;",
    rule: 'testkit-in-tests-only',
  },
  {
    what: 'what ships imports a test',
    file: service('privacy', 'uses-test.ts'),
    source: "import { a } from './some.test.ts';\n\nexport const b = a;",
    also: { [service('privacy', 'some.test.ts')]: 'export const a = 1;' },
    rule: 'no-test-in-prod',
  },
  {
    what: 'two files import each other',
    file: service('identity', 'domain/one.ts'),
    source: "import { b } from './two.ts';\n\nexport const a: number = b;",
    also: {
      [service('identity', 'domain/two.ts')]:
        "import { a } from './one.ts';\n\nexport const b: number = a;",
    },
    rule: 'no-circular',
  },
  {
    what: 'a service talks to Kafka itself',
    file: service('ingestion', 'adapters/own-kafka.ts'),
    source: "import { Kafka } from 'kafkajs';\n\nexport const a = Kafka;",
    rule: 'kafka-and-vault-in-kit-only',
  },
  {
    what: 'a service talks to Vault itself',
    file: service('identity', 'adapters/own-vault.ts'),
    source: "import vault from 'node-vault';\n\nexport const a = vault;",
    rule: 'kafka-and-vault-in-kit-only',
  },
  {
    what: 'an import leads nowhere',
    file: service('identity', 'domain/leads-nowhere.ts'),
    source: "import { a } from './nowhere.ts';\n\nexport const b: unknown = a;",
    rule: 'no-unresolvable',
  },
];

const inDomain = (name) => service('identity', `domain/${name}.ts`);
const inHttp = (name) => service('identity', `http/${name}.ts`);
const forms = [
  syntax('a default export', 'Named exports', 'const a = 1;\nexport default a;', inDomain('d')),
  syntax('an enum', 'enums', 'export enum A {\n  One,\n}', inDomain('enumerates')),
  syntax(
    'a decorator',
    'decorators',
    'declare function d(target: unknown, context: unknown): void;\n\n@d\nexport class A {}',
    inDomain('decorates'),
  ),
  syntax('a cast', 'asserting', 'export const a = (b: unknown) => b as string;', inDomain('casts')),
  syntax(
    'a module mock',
    'module mocks',
    "import { jest } from '@jest/globals';\n\njest.mock('./x.ts');",
    service('identity', 'domain/mocks.test.ts'),
  ),
  syntax(
    'a value inside a log sentence',
    'constant sentence',
    'export const a = (log: { info(m: string): void }, b: string) => {\n  log.info(`got ${b}`);\n};',
    inHttp('logs-values'),
  ),
  syntax(
    'a catch in a route',
    'adapters catch',
    'export function a(): number {\n  try {\n    return 1;\n  } catch {\n    return 2;\n  }\n}',
    inHttp('catches'),
  ),
  syntax(
    'an instance at module level',
    'module level',
    'class B {}\nconst b = new B();\nexport const a = () => b;',
    inHttp('holds-one'),
  ),
  syntax(
    'an exported instance at module level',
    'module level',
    'class B {}\nexport const b = new B();',
    inHttp('exports-one'),
  ),
  syntax(
    'the environment outside main.ts',
    'main.ts alone',
    "export const a = process.env['A'];",
    inHttp('reads-env'),
  ),
  syntax(
    'money as a number',
    'never a number',
    'export const a = (line: { salePrice: string }) => Number(line.salePrice);',
    inDomain('adds-up'),
  ),
  syntax(
    'a version as a number',
    'never a number',
    'export const a = (ver: string) => +ver;',
    inDomain('compares'),
  ),
  syntax('the clock in the domain', 'clock', 'export const a = () => Date.now();', inDomain('now')),
  syntax(
    'a bare date in the domain',
    'clock',
    'export const a = () => new Date();',
    inDomain('dates'),
  ),
  syntax(
    'chance in the domain',
    'Randomness',
    'export const a = () => Math.random();',
    inDomain('gambles'),
  ),
  syntax(
    'random bytes in the domain',
    'Randomness',
    "import { randomBytes } from 'node:crypto';\n\nexport const a = () => randomBytes(8);",
    inDomain('draws'),
  ),
];

const statements = (count) => 'a += 1;\n'.repeat(count);
const others = [
  {
    what: 'a value of type any',
    rule: '@typescript-eslint/no-explicit-any',
    file: inDomain('any'),
    source: 'export const a = (b: any): number => (b === 1 ? 1 : 2);',
  },
  {
    what: 'a non-null assertion',
    rule: '@typescript-eslint/no-non-null-assertion',
    file: inDomain('insists'),
    source: 'export const a = (b: string[]) => b[0]!;',
  },
  {
    what: 'a promise that nobody waits for',
    rule: '@typescript-eslint/no-floating-promises',
    file: inDomain('floats'),
    source: 'export const a = (b: () => Promise<void>) => {\n  b();\n};',
  },
  {
    what: 'a switch that forgets a case',
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    file: inDomain('forgets'),
    source:
      "export function a(b: 'x' | 'y'): number {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}",
  },
  {
    what: 'a suppression without a reason',
    rule: '@eslint-community/eslint-comments/require-description',
    file: inDomain('hushes'),
    source:
      '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const a = (b: any) => Boolean(b);',
  },
  {
    what: 'a file name in camel case',
    rule: 'unicorn/filename-case',
    file: service('identity', 'domain/camelCase.ts'),
    source: 'export const a = 1;',
  },
  {
    what: 'a test title with "should"',
    rule: 'jest/valid-title',
    file: service('identity', 'domain/titles.test.ts'),
    source:
      "import { expect, it } from '@jest/globals';\n\nit('should work', () => {\n  expect(1).toBe(1);\n});",
  },
  {
    what: 'a skipped test',
    rule: 'jest/no-disabled-tests',
    file: service('identity', 'domain/skips.test.ts'),
    source:
      "import { expect, it } from '@jest/globals';\n\nit.skip('works', () => {\n  expect(1).toBe(1);\n});",
  },
  {
    what: 'a test that runs alone',
    rule: 'jest/no-focused-tests',
    file: service('identity', 'domain/focuses.test.ts'),
    source:
      "import { expect, it } from '@jest/globals';\n\nit.only('works', () => {\n  expect(1).toBe(1);\n});",
  },
  {
    what: 'a hook that is called by chance',
    rule: 'react-hooks/rules-of-hooks',
    file: service('dashboard', 'features/maybe-hook.tsx'),
    source:
      "import { useState } from 'react';\n\nexport function Tile({ a }: { readonly a: boolean }) {\n  if (a) {\n    useState(1);\n  }\n  return null;\n}",
  },
  {
    what: 'a file of more than 400 lines',
    rule: 'limit/max-lines',
    file: inDomain('long-file'),
    source: `export let a = 0;\n${'a = 1;\n'.repeat(401)}`,
  },
  {
    what: 'a function of more than 80 lines',
    rule: 'limit/max-lines-per-function',
    file: inDomain('long-function'),
    source: `export function f(): number {\nlet a = 0;\n${statements(80)}return a;\n}`,
  },
];

export const BREACHES = [...boundaries, ...layers, ...forms, ...others];
