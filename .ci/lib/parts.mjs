import { parseArgs } from 'node:util';
import { deadCode, format, layers, lint, script, types, versions } from './checks.mjs';
import { startSharedEngines } from './engines.mjs';
import { jestPart } from './jest-part.mjs';
import { WITH_ENGINES } from './kinds.mjs';
import { missingRequirements } from './requirements.mjs';
import { endAll } from './run.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
const MINUTE = 60_000;

/** In this order: what is quick and tells most comes first, what kills engines comes last. */
const CHECKS = {
  // The longest goes first, the others beside it.
  lint: ['lint and project boundaries', lint],
  format: ['formatting', format],
  layers: ['layers inside services', layers],
  'dead-code': ['dead files, exports, dependencies', deadCode],
  versions: ['one version of each package', versions],
  types: ['types (tsc -b)', types],
  walls: ['every wall fires on a planted breach', (root) => script(root, 'walls')],
  conventions: ['conventions of the repository', (root) => script(root, 'conventions')],
};
const TESTS = {
  unit: ['unit tests', 8 * MINUTE],
  int: ['integration tests on real engines', 14 * MINUTE],
  e2e: ['whole system, through its API', 12 * MINUTE],
  browser: ['whole system, in a browser', 5 * MINUTE],
  year: ['a whole year, to the cent', 20 * MINUTE],
  fault: ['faults, each on engines of its own', 12 * MINUTE],
};
/** The year is a command of its own (`npm run test:year`), and part of what a build server runs. */
const ON_REQUEST = ['year'];
const ALIASES = {
  check: [...Object.keys(CHECKS), 'unit'],
  integration: ['int'],
  faults: ['fault'],
  all: [...Object.keys(CHECKS), ...Object.keys(TESTS)],
};

function chosenParts(only) {
  const known = [...Object.keys(CHECKS), ...Object.keys(TESTS)];
  if (only === undefined) {
    return known.filter((name) => !ON_REQUEST.includes(name));
  }
  const wanted = only.split(',').flatMap((name) => ALIASES[name] ?? [name]);
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no part ${unknown}; the parts are ${known.join(', ')}`);
  }
  return known.filter((name) => wanted.includes(name));
}

/** Fetched and started while the sources are checked: their downloads need no processor. */
function createEngineHolder() {
  let held;
  const start = () => (held ??= startSharedEngines((line) => say(`   ${line}`)));
  return {
    start: () => void start().catch(() => undefined), // told by whoever asks for the addresses
    env: async () => (await start()).env,
    stop: async () => (await held?.catch(() => undefined))?.stop(),
  };
}

async function runTests(root, name, names, engines) {
  const limitMs = TESTS[name][1];
  if (!WITH_ENGINES.includes(name)) {
    return jestPart(root, name, { names, limitMs });
  }
  const env = await engines.env();
  return jestPart(root, name, { names, limitMs, env });
}

async function runPart(root, name, names, engines) {
  const since = performance.now();
  const title = (CHECKS[name] ?? TESTS[name])[0];
  if (name in TESTS) {
    say(`▸ ${name}: ${title}`);
  }
  const result = await (
    name in CHECKS ? CHECKS[name][1](root) : runTests(root, name, names, engines)
  ).catch((error) => ({ passed: 0, failed: 1, text: String(error?.message ?? error) }));
  const { passed, failed, failures = [] } = result;
  const text = result.text ? `${result.text.replaceAll(/^/gm, '   ')}\n` : '';
  const head = name in CHECKS ? `▸ ${name}: ${title}\n` : '';
  say(
    `${head}${text}${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed (${seconds(since)} s)\n`,
  );
  return { name, passed, failed, failures, seconds: seconds(since) };
}

/** Two at a time, since each keeps one processor busy; told in the order in which they end. */
async function runChecks(root, names) {
  if (names.length > 0) {
    say(`▸ checks, two at a time: ${names.join(', ')}\n`);
  }
  const waiting = [...names];
  const results = [];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      results.push(await runPart(root, name, []));
    }
  };
  await Promise.all([work(), work()]);
  return results.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

/** Last, so that who sees only the end of a long log sees what went wrong. */
function sayResults(results) {
  for (const failure of results.flatMap(({ failures }) => failures)) {
    say(`✗ ${failure}\n`);
  }
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, passed, failed, seconds: time } of results) {
    say(`${name.padEnd(width)}  ${time.padStart(7)} s  ${passed} passed, ${failed} failed`);
  }
}

function sayRequirements(root) {
  const missing = missingRequirements(root, process.env);
  for (const line of missing) {
    say(`missing: ${line}`);
  }
  if (missing.length > 0) {
    say('What needs these will fail; the rest runs.\n');
  }
}

function listenForTheEnd(engines) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      say(`\n${signal}: stopping`);
      endAll();
      void engines.stop().finally(() => {
        say('Tests: 0 passed, 1 failed');
        process.exit(130);
      });
    });
  }
}

export async function runParts(root, args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string' }, project: { type: 'string' } },
  });
  const names = values.project?.split(',') ?? [];
  const only = values.only ?? (names.length > 0 ? 'unit,int' : undefined);
  const chosen = chosenParts(only);
  const since = performance.now();
  say(`TokoMetrics tests, Node ${process.version}: ${chosen.join(', ')}`);
  sayRequirements(root);
  const engines = createEngineHolder();
  listenForTheEnd(engines);
  if (chosen.some((name) => WITH_ENGINES.includes(name))) {
    engines.start();
  }
  const results = await runChecks(
    root,
    chosen.filter((name) => name in CHECKS),
  );
  for (const name of chosen.filter((name) => name in TESTS)) {
    if (name === 'fault') {
      // Faults bring engines of their own; two sets at once are more than a small machine has.
      await engines.stop();
    }
    results.push(await runPart(root, name, names, engines));
  }
  await engines.stop();
  sayResults(results);
  say(`all parts: ${seconds(since)} s`);
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  say(`Tests: ${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}
