import comments from '@eslint-community/eslint-plugin-eslint-comments/configs';
import nx from '@nx/eslint-plugin';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import jest from 'eslint-plugin-jest';
import reactHooks from 'eslint-plugin-react-hooks';
import unicorn from 'eslint-plugin-unicorn';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/** Tests, and what only they import: `x.fixture.ts` or `x.test-support.ts` beside them. */
const TESTS = ['**/*.{test,fixture,test-support}.{ts,tsx}', 'libs/kit/src/testing/*.ts'];
/** Code that only tests run: the `as` ban and the catch ban do not apply there. */
const TEST_CODE = [...TESTS, 'libs/testkit/**', 'e2e/**'];
const SCRIPTS = ['**/*.mjs', '**/*.cjs', '**/*.js'];
const WEB = ['services/dashboard/src/**/*.{ts,tsx}'];

/** ESLint knows one severity per rule; the core rule under a second name gives both thresholds. */
const sized = ['max-lines', 'max-lines-per-function'];
const limit = { rules: Object.fromEntries(sized.map((id) => [id, builtinRules.get(id)])) };
const lines = (max) => ({ max, skipBlankLines: true, skipComments: true });

const EVERYWHERE = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: 'TSEnumDeclaration', message: 'Node cannot strip enums: use a union or `as const`.' },
  { selector: 'Decorator', message: 'Node cannot strip decorators.' },
  {
    selector:
      'CallExpression[callee.object.name="jest"][callee.property.name=/^(mock|doMock|unstable_mockModule)$/]',
    message: 'No module mocks: pass the dependency in.',
  },
  {
    selector: 'CallExpression[callee.object.name="log"] > TemplateLiteral',
    message: 'Log an object first, then a constant sentence.',
  },
];
const NO_CAST = {
  selector: 'TSAsExpression:not([typeAnnotation.typeName.name="const"])',
  message: 'Parse or narrow instead of asserting a type.',
};
const NO_CATCH = {
  selector: 'CatchClause',
  message: 'Only kit and adapters catch; say in a reason why this place must.',
};
const MODULE_INSTANCE =
  'VariableDeclaration > VariableDeclarator > NewExpression:not([callee.name=/^(Map|Set|WeakMap|RegExp|URL)$/])';
const NO_SINGLETON = ['Program', 'Program > ExportNamedDeclaration'].map((root) => ({
  selector: `${root} > ${MODULE_INSTANCE}`,
  message: 'No instance at module level: compose.ts builds it.',
}));
const NO_ENV = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'process.env is read in main.ts alone.',
};
/** Names of the facts whose digits count: a double has 53 bits, a version 64, an amount 18 digits. */
const EXACT =
  '/^(ver|money|amount|price|revenue|.*(Amount|Price|Sales|Discount|Refunds?|Settlement|Ver))$/';
const EXACT_NUMBER = [
  'CallExpression[callee.name=/^(Number|parseFloat|parseInt)$/]',
  'UnaryExpression[operator="+"]',
].flatMap((parent) =>
  [
    `${parent} > Identifier[name=${EXACT}]`,
    `${parent} > MemberExpression[property.name=${EXACT}]`,
    `${parent} > MemberExpression > Literal[value=${EXACT}]`,
  ].map((selector) => ({
    selector,
    message: 'Money and versions are never a number: text, bigint or scaled units.',
  })),
);
const PURE = [
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'The clock is a dependency of the domain.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'The clock is a dependency of the domain.',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Randomness is a dependency of the domain.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(randomBytes|randomUUID|randomInt|setTimeout|setInterval|fetch)$/]',
    message: 'Randomness, timers and calls are dependencies of the domain.',
  },
];
const restrict = (...selectors) => ['error', ...EVERYWHERE, ...selectors.flat()];

/** tag -> what it may depend on (house rule H3); the layers inside a service are dependency-cruiser's. */
const MAY_DEPEND = {
  'type:service': ['type:contracts', 'type:kit', 'type:erasure', 'type:testkit'],
  'type:sandbox': ['type:kit', 'type:testkit'],
  'type:web': ['type:contracts'],
  'type:contracts': [],
  'type:kit': [],
  'type:erasure': ['type:contracts', 'type:kit', 'type:testkit'],
  'type:tool': ['type:kit'],
  'type:testkit': ['type:contracts', 'type:kit', 'type:erasure', 'type:tool'],
  'type:e2e': ['type:contracts', 'type:kit', 'type:testkit', 'type:tool'],
  'type:bench': ['type:contracts', 'type:kit', 'type:erasure', 'type:testkit', 'type:tool'],
};
const CONTRACTS_PACKAGES = {
  sourceTag: 'type:contracts',
  allowedExternalImports: ['zod', '@jest/globals', 'fast-check'],
};
const depConstraints = Object.entries(MAY_DEPEND).map(([sourceTag, targets]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: targets,
}));

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/dist-types/',
      '**/dist-web/',
      '**/node_modules/',
      '**/coverage/',
      '.local/',
      '.nx/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  comments.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['services/*/vite.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@nx': nx, limit, unicorn },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          banTransitiveDependencies: true,
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [...depConstraints, CONTRACTS_PACKAGES],
        },
      ],
      'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON, NO_ENV),
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          // `const { _id, ...rest } = row` is how a field is left out.
          ignoreRestSiblings: true,
        },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `[...text]` is how code points are counted; of arrays and objects the rule keeps watch.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'typeLike',
          format: ['PascalCase'],
          custom: { regex: '(^I[A-Z][a-z])|(Impl|Manager|Helper|Utils?)$', match: false },
        },
      ],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['warn', lines(250)],
      'limit/max-lines': ['error', lines(400)],
      'max-lines-per-function': ['warn', lines(50)],
      'limit/max-lines-per-function': ['error', lines(80)],
      complexity: ['warn', 10],
      'max-depth': ['warn', 3],
      'max-params': ['warn', 3],
      'max-classes-per-file': ['warn', 1],
      'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    },
  },
  {
    // libs/erasure stands between services and engines, as adapters do, and may catch as they may.
    files: ['libs/contracts/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON, NO_ENV, NO_CATCH, EXACT_NUMBER),
    },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: [...TESTS, 'services/*/src/adapters/**', 'services/dashboard/**'],
    rules: {
      'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON, NO_ENV, NO_CATCH, EXACT_NUMBER),
    },
  },
  {
    // A composition root is plain calls from top to bottom: it is read, not thought through.
    files: ['services/*/src/compose.ts'],
    rules: {
      'max-lines-per-function': ['warn', lines(100)],
      'limit/max-lines-per-function': ['error', lines(160)],
    },
  },
  {
    // A program of its own, loaded by `--import` before any main.ts.
    files: ['libs/kit/src/telemetry.ts', 'libs/kit/src/telemetry-exported.ts'],
    rules: { 'no-restricted-syntax': restrict(NO_CAST) },
  },
  {
    files: ['services/*/src/main.ts'],
    rules: { 'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON, NO_CATCH) },
  },
  {
    files: ['services/*/src/domain/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON, NO_ENV, NO_CATCH, PURE, EXACT_NUMBER),
    },
  },
  {
    // Programs that a person starts: they print, read the environment and say what failed.
    files: ['deploy/**/*.ts', 'bench/**/*.ts', '.ci/**/*.ts'],
    rules: { 'no-restricted-syntax': restrict(NO_CAST, NO_SINGLETON), 'no-console': 'off' },
  },
  {
    // A schema class is built of untyped field definitions: the rule misfires on `new Schema({…})`.
    files: ['libs/kit/src/**/*.ts', 'services/*/src/adapters/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    files: TEST_CODE.filter((pattern) => !TESTS.includes(pattern)).map((p) => `${p}/*.ts`),
    rules: { 'no-restricted-syntax': restrict(), 'no-console': 'off' },
  },
  {
    files: TESTS,
    plugins: { jest },
    settings: { jest: { globalPackage: '@jest/globals' } },
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'no-restricted-syntax': restrict(),
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'limit/max-lines-per-function': 'off',
      'max-classes-per-file': 'off',
      // The columns of an `it.each` table.
      'max-params': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `expect(store.put)` and destructured fakes: nothing of ours uses `this` there.
      '@typescript-eslint/unbound-method': 'off',
      'jest/valid-title': ['error', { mustNotMatch: { it: '\\bshould\\b' } }],
      'jest/no-disabled-tests': 'error',
      'jest/no-focused-tests': 'error',
      'jest/consistent-test-it': ['error', { fn: 'it' }],
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*', 'assert*', '**.expect', 'fc.assert'] },
      ],
    },
  },
  {
    files: WEB,
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // A component's markup is one expression; it is divided by meaning, not by length.
      'max-lines-per-function': ['warn', lines(80)],
      'limit/max-lines-per-function': ['error', lines(150)],
    },
  },
  {
    files: SCRIPTS,
    extends: [tseslint.configs.base],
    plugins: { limit, unicorn },
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      'limit/max-lines': ['error', lines(400)],
      'limit/max-lines-per-function': ['error', lines(80)],
      'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    },
  },
  {
    files: ['**/*.{ts,tsx,mjs,cjs}'],
    rules: {
      '@eslint-community/eslint-comments/require-description': [
        'error',
        { ignore: ['eslint-enable'] },
      ],
      '@eslint-community/eslint-comments/disable-enable-pair': ['error', { allowWholeFile: true }],
    },
  },
  {
    // Tool configurations: the tools want a default export.
    files: ['*.config.mjs', '**/*.config.{mjs,ts}', '.dependency-cruiser.cjs'],
    rules: { 'no-restricted-syntax': 'off', 'unicorn/filename-case': 'off' },
  },
  {
    files: ['{libs,services}/*/package.json', '{e2e,bench,deploy/local}/package.json'],
    languageOptions: { parser: jsonc },
    plugins: { '@nx': nx },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          checkVersionMismatches: true,
          ignoredFiles: [
            '{projectRoot}/**/*.{test,fixture,test-support}.{ts,tsx}',
            '{projectRoot}/src/testing/*.ts',
            '{projectRoot}/*.config.{mjs,ts}',
          ],
        },
      ],
    },
  },
);
