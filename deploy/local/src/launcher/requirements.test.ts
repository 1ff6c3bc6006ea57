import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fingerprintOf, PROGRAM_NAMES, programFolder } from '../engines/fetch.ts';

const PROGRAM = new URL('../../bin/requirements.mjs', import.meta.url).href;
const ANSWERS: Readonly<Record<string, string>> = {
  java: 'openjdk version "17.0.1" 2021-10-19',
  javac: 'javac 17.0.1',
  mvn: 'Apache Maven 3.8.7',
  python3: 'pip 23.0',
};

let root: string;

/** Commands that only say their version, alone on PATH. */
function install(answers: Readonly<Record<string, string>>): void {
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  }
}

function missing(env: Readonly<Record<string, string>> = {}): string[] {
  const code = `const { missingRequirements } = await import('${PROGRAM}');
    console.log(JSON.stringify(missingRequirements(process.argv[1], process.env)));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', code, join(root, 'clone')],
    { env: { PATH: join(root, 'bin'), ...env }, encoding: 'utf8' },
  );
  if (stdout === '') {
    throw new Error(stderr);
  }
  return JSON.parse(stdout) as string[];
}

const without = (name: string) =>
  Object.fromEntries(Object.entries(ANSWERS).filter(([key]) => key !== name));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tokometrics-needs-'));
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'clone'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('what a machine must have', () => {
  it('is nothing more when all commands are there', () => {
    install(ANSWERS);

    expect(missing()).toEqual([]);
  });

  it.each([
    ['java', /Java development kit.*apt-get install openjdk-17/],
    ['javac', /Java development kit.*brew install openjdk/],
    ['mvn', /mvn \(Apache Maven\) is missing.*apt-get install maven/],
    ['python3', /python3 with pip is missing.*apt-get install python3-pip/],
  ])('is named with how to get it when %s is missing', (name, sentence) => {
    install(without(name));

    expect(missing()).toEqual([expect.stringMatching(sentence)]);
  });

  it('is a newer Java when that one is too old', () => {
    install({ ...ANSWERS, java: 'openjdk version "11.0.2" 2019-01-15' });

    expect(missing()).toEqual([expect.stringContaining('17 or newer')]);
  });

  it('is java alone once every program has been fetched', () => {
    install({ java: 'openjdk version "17.0.1" 2021-10-19' });
    for (const name of PROGRAM_NAMES) {
      const folder = programFolder(join(root, 'clone', '.local', 'engines'), name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '.complete'), fingerprintOf(name));
    }

    expect(missing()).toEqual([]);
  });

  it('is nothing when every engine is given by its address', () => {
    expect(missing({ KAFKA_BROKERS: 'a:1', MONGO_URL: 'b', VAULT_ADDR: 'c' })).toEqual([]);
  });
});
