import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@tokometrics/testkit';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';

const PICTURES = join(repositoryRoot, '.local', 'screenshots');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const axeResult = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** What the browser did that no page of ours may do. */
interface Misdeeds {
  readonly foreignRequests: string[];
  readonly consoleErrors: string[];
  readonly failedRequests: string[];
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly misdeeds: Misdeeds;
  /** Pictures of the page as it is: light and dark, wide and as on a phone. */
  picture(name: string): Promise<void>;
  /** Everything that axe holds against the page, one line each. */
  accessibility(): Promise<string[]>;
  /** What the page keeps in the browser besides cookies. */
  stored(): Promise<number>;
}

export async function openVisitor(browser: Browser, publicUrl: string): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: publicUrl,
    viewport: { width: 1360, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Pacific/Kiritimati',
    // Axe is put into the page by the test; the policy of the pages themselves stays as served.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const misdeeds: Misdeeds = { foreignRequests: [], consoleErrors: [], failedRequests: [] };
  watch(page, misdeeds);
  mkdirSync(PICTURES, { recursive: true });
  return {
    page,
    context,
    misdeeds,
    picture: (name) => takePictures(page, name),
    accessibility: () => runAxe(page),
    stored: () =>
      page.evaluate(async () => {
        const databases = await indexedDB.databases();
        return localStorage.length + sessionStorage.length + databases.length;
      }),
  };
}

function watch(page: Page, misdeeds: Misdeeds): void {
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost' && hostname !== '127.0.0.1') {
      misdeeds.foreignRequests.push(request.url());
    }
  });
  page.on('console', (message) => {
    // Chromium reports every 4xx on the console; those that matter are in failedRequests.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      misdeeds.consoleErrors.push(message.text());
    }
  });
  page.on('pageerror', (error) => {
    misdeeds.consoleErrors.push(error.message);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) {
      misdeeds.failedRequests.push(`${String(response.status())} ${response.url()}`);
    }
  });
}

async function takePictures(page: Page, name: string): Promise<void> {
  const shots = [
    { kind: 'light', colorScheme: 'light', width: 1360, height: 900 },
    { kind: 'dark', colorScheme: 'dark', width: 1360, height: 900 },
    { kind: 'phone', colorScheme: 'light', width: 390, height: 844 },
  ] as const;
  for (const { kind, colorScheme, width, height } of shots) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(PICTURES, `${name}-${kind}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1360, height: 900 });
}

async function runAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const result: unknown = await page.evaluate(
    // Put on the page by the script before; the page knows no types.
    async (tags) => {
      const onPage = Reflect.get(window, 'axe') as {
        run(of: Document, options: { runOnly: string[] }): Promise<unknown>;
      };
      return await onPage.run(document, { runOnly: tags });
    },
    TAGS,
  );
  return axeResult
    .parse(result)
    .violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary ?? ''}`,
      ),
    );
}

/** Whether anything is wider than the page: a phone must never scroll sideways. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  await page.setViewportSize({ width: 1360, height: 900 });
  return wide;
}
