import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { repositoryRoot } from './test-engines.ts';

const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome'];
// No look-ups outside: the browser talks to this machine alone.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) =>
    existsSync(path),
  );
}

/** The package unpacks into TMPDIR and takes what it finds there, so each version has its own. */
async function packaged(): Promise<string> {
  const manifest = join(repositoryRoot, 'node_modules', '@sparticuz', 'chromium', 'package.json');
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(manifest, 'utf8')));
  const own = join(tmpdir(), `tokometrics-chromium-${version}`);
  mkdirSync(own, { recursive: true });
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = own;
  try {
    const { default: packagedChromium } = await import('@sparticuz/chromium');
    return await packagedChromium.executablePath();
  } finally {
    process.env['TMPDIR'] = before ?? tmpdir();
  }
}

/** Chromium from PATH, else the one that came as a package. */
export async function launchBrowser(): Promise<Browser> {
  // Loaded by need: most tests open no browser.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: installed() ?? (await packaged()),
    headless: true,
    args: FLAGS,
  });
}
