/**
 * What no linter says: words that must not be in the repository, the rooms of a service, READMEs,
 * sizes, where tests may lie. Reads the files that Git knows. Prints `{"passed":n,"failed":n}` last.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kindOf } from './lib/kinds.mjs';
import { projects, root } from './lib/workspace.mjs';

const git = (...args) =>
  execFileSync('git', ['-c', 'safe.directory=*', ...args], { cwd: root, encoding: 'utf8' });
const files = git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const TEXT = /\.(?:[cm]?[jt]sx?|json|md|ya?ml|sql|hcl|html|css|java|xml|properties|sh|txt)$/;
const texts = files
  .filter((file) => TEXT.test(file) || file === '.ci/run' || basename(file).startsWith('.'))
  .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n') }));

/** Every line of `from` that `matches`, named by file and line; never the line itself. */
function linesThat(matches, from) {
  return from.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => (matches(line, file) ? [`${file}:${index + 1}`] : [])),
  );
}

const isOwn = ({ file }) => file !== '.ci/conventions.mjs';
const isCode = ({ file }) => /\.(?:[cm]?[jt]sx?|java)$/.test(file);
const ROOMS = ['http', 'messaging', 'domain', 'adapters'];
const FILES = ['main.ts', 'compose.ts', 'config.ts'];
const backEnds = projects().filter(
  ({ tags }) => tags.includes('type:service') || tags.includes('type:sandbox'),
);

function strangersIn(folder) {
  return files
    .filter((file) => file.startsWith(`${folder}/src/`))
    .map((file) => file.slice(`${folder}/src/`.length))
    .filter((path) => {
      const [room, ...rest] = path.split('/');
      const isFile = rest.length === 0;
      const own = path.replace(/(\.(int|e2e|fault))?\.test\.ts$/, '.ts');
      const isWholeService =
        isFile && (kindOf(path) !== undefined || /\.(?:fixture|test-support)\.ts$/.test(path));
      return isFile ? !isWholeService && !FILES.includes(own) : !ROOMS.includes(room);
    })
    .map((path) => `${folder}/src/${path}`);
}

const CHECKS = {
  'no path of one machine': () =>
    linesThat(
      (line) =>
        /(?:^|[\s"'`(=:])\/(?:work|root|home|Users)\/[\w.-]/.test(line) || line.includes(root),
      texts.filter(isOwn),
    ),
  'packages come from the public registries': () => {
    const resolved = linesThat(
      (line) => /"resolved": "https?:/.test(line) && !line.includes('https://registry.npmjs.org/'),
      texts.filter(({ file }) => file === 'package-lock.json'),
    );
    const settings = linesThat(
      (line) => /registry\s*=|index-url|proxy\s*=/.test(line),
      texts.filter(({ file }) => /(?:^|\/)(?:\.npmrc|pip\.conf|settings\.xml)$/.test(file)),
    );
    return [...resolved, ...settings];
  },
  'nothing is left for later in the code': () =>
    linesThat(
      (line) =>
        /\b(?:TODO|FIXME|HACK)\b|\bXXX\b(?!')/.test(line) ||
        /\bnot (?:yet )?implemented\b/i.test(line),
      texts.filter(isOwn).filter(isCode),
    ),
  'no module mock, no skipped test': () =>
    linesThat(
      (line) =>
        /\bjest\.(?:mock|doMock|unstable_mockModule)\(|\b(?:it|test|describe)\.(?:skip|todo|only)\b|\bx(?:it|describe)\(/.test(
          line,
        ),
      texts.filter(isCode).filter(({ file }) => !file.startsWith('.ci/')),
    ),
  'no private key and no token': () =>
    linesThat(
      (line) =>
        /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\\?n?[A-Za-z0-9+/]{20}|\bhvs\.[A-Za-z0-9_-]{20}|\bs\.[A-Za-z0-9]{24}\b|\bAKIA[0-9A-Z]{16}\b/.test(
          line,
        ),
      texts.filter(({ file }) => file !== 'package-lock.json'),
    ),
  'services have their rooms and no others': () =>
    backEnds.flatMap(({ folder }) => strangersIn(folder)),
  'no utils, helpers, types or barrel in services': () =>
    files.filter((file) =>
      /^services\/[^/]+\/src\/(?:.*\/)?(?:utils?|helpers?|types|index|common|shared)\.tsx?$/.test(
        file,
      ),
    ),
  'every project says what it is': () =>
    projects()
      .map(({ folder }) => `${folder}/README.md`)
      .filter((file) => !files.includes(file)),
  'every project has a type': () =>
    projects()
      .filter(({ tags }) => !tags.some((tag) => tag.startsWith('type:')))
      .map(({ folder }) => folder),
  'no source file of more than 400 lines': () =>
    texts
      .filter(isCode)
      .filter(({ lines }) => {
        const code = lines.filter((line) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(line));
        return (
          code.length > 400 &&
          !lines.some((line) => /eslint-disable limit\/max-lines --/.test(line))
        );
      })
      .map(({ file, lines }) => `${file} (${lines.length})`),
  'tests lie where Jest looks for them': () =>
    files
      .filter((file) => kindOf(file) !== undefined)
      .filter((file) => !projects().some(({ folder }) => file.startsWith(`${folder}/src/`))),
  'the root package.json lists tools only': () => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return Object.keys(dependencies);
  },
  'every relative link of a document leads somewhere': () =>
    texts
      .filter(({ file }) => file.endsWith('.md'))
      .flatMap(({ file, lines }) =>
        [...lines.join('\n').matchAll(/\]\((?!https?:|mailto:|#|data:)([^)\s#]+)/g)]
          .map(([, target]) => target)
          .filter((target) => !existsSync(join(root, file, '..', decodeURI(target))))
          .map((target) => `${file} → ${target}`),
      ),
};

let failed = 0;
for (const [title, check] of Object.entries(CHECKS)) {
  const found = check();
  failed += found.length > 0 ? 1 : 0;
  console.log(`${found.length === 0 ? '✓' : '✗'} ${title}`);
  for (const place of found.slice(0, 40)) {
    console.log(`    ${place}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
console.log(JSON.stringify({ passed: Object.keys(CHECKS).length - failed, failed }));
