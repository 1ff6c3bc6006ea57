import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMongo } from '@tokometrics/kit';
import { ensureDashboard } from '@tokometrics/local';
import { eventually, repositoryRoot } from '@tokometrics/testkit';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser } from './support/browser.ts';
import { askTables } from './support/clickhouse.ts';
import { readExpected } from './support/expected.ts';
import { mailedToken } from './support/register-merchant.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';
import { openVisitor, scrollsSideways } from './support/visitor.ts';
import type { Visitor } from './support/visitor.ts';

const EMAIL = 'owner@giftshop.test';
const PASSWORD = 'kettle under the quiet stairs';
const FIRST = '2026-11-11';
const LAST = '2026-11-24';

/** One person, from the first page to the receipt; each step goes on where the one before ended. */
describe('the main job, in a browser', () => {
  const expected = readExpected('week');
  let system: System;
  let browser: Browser;
  let visitor: Visitor;
  const page = () => visitor.page;

  beforeAll(async () => {
    await ensureDashboard(() => undefined);
    system = await startSystem();
    browser = await launchBrowser();
    visitor = await openVisitor(browser, system.publicUrl);
  }, 240_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 60_000);

  const complaints: string[] = [];

  /** Nothing on the page stands for something that is still to come. */
  async function settled(): Promise<void> {
    await page().waitForLoadState('load');
    await page().waitForFunction(() => document.querySelector('.skeleton') === null);
  }

  /** Pictures, accessibility, width and storage of the page as it is; what is wrong is told at the end. */
  async function judge(name: string): Promise<void> {
    await visitor.picture(name);
    const found = await visitor.accessibility();
    complaints.push(...found.map((line) => `${name}: ${line}`));
    if (await scrollsSideways(page())) {
      complaints.push(`${name}: scrolls sideways on a phone`);
    }
    if ((await visitor.stored()) > 0) {
      complaints.push(`${name}: keeps something in the browser`);
    }
  }

  it('opens an account by mail', async () => {
    await page().goto('/');
    await judge('landing');
    await page().goto('/privacy');
    await page().getByRole('heading', { level: 1 }).waitFor();
    await judge('policy');
    await page().goto('/signup');
    await page().getByLabel('Your name').fill('Owner of a gift shop');
    await page().getByLabel('E-mail address').fill(EMAIL);
    await page().getByLabel('Password').fill(PASSWORD);
    for (const box of await page().getByRole('checkbox').all()) {
      await box.check();
    }
    await judge('signup');
    await page()
      .getByRole('button', { name: /open|create|register/i })
      .click();
    const token = await mailedToken(system, EMAIL);
    await page().goto(`/verify?token=${token}`);
    const confirm = page().getByRole('button', { name: /confirm|verify/i });
    await confirm.click();
    await page()
      .getByRole('link', { name: /sign in/i })
      .first()
      .click();
    await page().getByLabel('E-mail address').fill(EMAIL);
    await page().getByLabel('Password').fill(PASSWORD);
    await page().getByRole('button', { name: 'Sign in' }).click();
    await page().getByText('No shop is connected yet').waitFor();

    const cookies = await visitor.context.cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-tm_dev', '__Host-tm_sid']);
    expect(
      cookies.every(({ secure, httpOnly, sameSite }) => secure && httpOnly && sameSite === 'Lax'),
    ).toBe(true);
  }, 120_000);

  it('connects a shop at TikTok and comes back to its progress', async () => {
    await page().goto('/settings/connect');
    await page().getByLabel('Region of the shop').selectOption('GB');
    await page().getByRole('checkbox').check();
    await judge('connect');
    await page().getByRole('button', { name: 'Continue to TikTok Shop' }).click();
    await page().waitForURL(/\/open\/authorize/);
    await page()
      .getByRole('button', { name: /approve/i })
      .click();
    await page().waitForURL(/\/settings\/connect\?connectId=/);
    await page()
      .getByText(/^Connected: /)
      .waitFor();
    await judge('connected');

    expect(
      await page()
        .getByText(/^Connected: /)
        .count(),
    ).toBe(1);
  }, 60_000);

  it('shows the week to the last digit, and the rows behind a number', async () => {
    await page().goto(`/overview?from=${FIRST}&to=${LAST}&grain=day&compare=none`);
    const gross = page().locator('[data-metric="gross_sales"]');
    await gross.locator(`data[value="${expected.total.gross_sales}"]`).waitFor({ timeout: 60_000 });
    await page()
      .getByText(/^Complete through /)
      .first()
      .waitFor({ timeout: 60_000 });
    await settled();
    await judge('overview');

    await page().getByRole('button', { name: 'Rows behind Gross sales', exact: true }).click();
    const panel = page().getByRole('dialog');
    await panel.locator('[data-proof="adds-up"]').waitFor();
    const sum = await panel.locator('[data-proof] data').first().getAttribute('value');
    await judge('proof');
    await panel
      .getByRole('link', { name: /^\d{18}$/ })
      .first()
      .click();
    await page().waitForURL(/\/orders\/\d{18}/);
    await page().getByRole('heading', { level: 1 }).waitFor();
    await settled();
    await judge('order');

    expect(Number(sum)).toBe(Number(expected.total.gross_sales));
  }, 180_000);

  it('opens a product from the ranking, with the figure that it is ranked by', async () => {
    await page().goto(`/overview?from=${FIRST}&to=${LAST}&grain=day&compare=none`);
    const first = page().getByRole('region', { name: 'Top products' }).locator('tbody tr').first();
    const ranked = await first.locator('data').first().getAttribute('value');
    const title = await first.getByRole('link').textContent();
    await first.getByRole('link').click();
    await page().waitForURL(/\/products\/\d+/);
    await settled();
    await judge('product');

    const tile = page().locator('[data-metric="gross_sales"]');
    expect(await tile.locator('data').first().getAttribute('value')).toBe(ranked);
    expect(await page().getByRole('heading', { level: 1 }).textContent()).toBe(title);
    // Every variant was read with its price.
    const variants = page().getByRole('region', { name: 'Variants, prices and stock' });
    const history = page().getByRole('region', { name: 'Price history' });
    expect(await history.locator('tbody tr').count()).toBeGreaterThanOrEqual(
      await variants.locator('tbody tr').count(),
    );
  }, 60_000);

  it('has its other pages', async () => {
    for (const path of ['today', 'orders', 'settings/profile']) {
      await page().goto(`/${path}`);
      await page().getByRole('heading', { level: 1 }).waitFor();
      await settled();
      await judge(path.replace('/', '-'));

      expect(new URL(page().url()).pathname).toBe(`/${path}`);
    }
  }, 120_000);

  it('has told of its use within the account, and of nothing else', async () => {
    const told = z.object({
      items: z.array(z.object({ storeId: z.string(), records: z.number() })),
    });
    const records = await eventually(
      async () => {
        const answer = await page().request.get(`${system.publicUrl}/api/v1/privacy/holdings`);
        const { items } = told.parse(await answer.json());
        const counts = ['ingestion.usage_pages', 'clickhouse.usage_pages'].map(
          (id) => items.find(({ storeId }) => storeId === id)?.records ?? 0,
        );
        expect(Math.min(...counts)).toBeGreaterThan(4);
        return askTables(system, 'SELECT DISTINCT page, feature FROM usage_pages FINAL', {}, usage);
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );

    const seen = records.map(({ page: pattern, feature }) => `${pattern} ${feature}`.trim());
    expect(seen).toEqual(
      expect.arrayContaining([
        ...['/overview', '/overview proof', '/orders/$orderId', '/products/$productId', '/today'],
      ]),
    );
  }, 60_000);

  it('disconnects after the password, and hands over a receipt that verifies offline', async () => {
    await endFreshness(system);
    await page().goto('/settings/privacy');
    await page()
      .getByRole('button', { name: /^Disconnect/ })
      .first()
      .waitFor();
    await settled();
    await judge('what-we-hold');
    await page()
      .getByRole('button', { name: /^Disconnect/ })
      .first()
      .click();
    await page().getByRole('button', { name: 'Disconnect and erase' }).click();
    const gate = page().getByRole('dialog', { name: 'Confirm that it is you' });
    await gate.getByLabel('Password').fill(PASSWORD);
    await judge('confirm');
    await gate
      .getByRole('button', { name: /confirm|continue|go on/i })
      .last()
      .click();
    const erasure = page().locator('article[data-request]');
    await erasure.waitFor();
    await judge('erasing');
    await page().locator('article[data-state="COMPLETED"]').waitFor({ timeout: 120_000 });
    await judge('erased');
    const [download] = await Promise.all([
      page().waitForEvent('download'),
      page().getByRole('link', { name: 'Download the receipt' }).click(),
    ]);
    const receipt = join(system.dir, 'receipt.json');
    await download.saveAs(receipt);
    const keys = join(system.dir, 'jwks.json');
    writeFileSync(keys, await (await fetch(`${system.publicUrl}/api/v1/privacy/keys`)).text());
    const verifier = join(repositoryRoot, 'tools', 'verify-receipt.mjs');

    expect(() => execFileSync(process.execPath, [verifier, receipt, '--keys', keys])).not.toThrow();
    expect(readFileSync(receipt, 'utf8')).not.toContain(EMAIL);
  }, 240_000);

  it('is accessible on every page and fits a phone', () => {
    expect(complaints).toEqual([]);
  });

  it('asked nobody else and reported no error', () => {
    expect(visitor.misdeeds).toEqual({
      foreignRequests: [],
      consoleErrors: [],
      failedRequests: [],
    });
  });
});

const usage = z.object({ page: z.string(), feature: z.string() });

/** As if five minutes had passed since the password was last proved. */
async function endFreshness({ stack }: System): Promise<void> {
  const env = stack.services['identity']?.env ?? {};
  const mongo = createMongo({
    url: env['MONGO_URL'] ?? '',
    database: env['MONGO_DATABASE'] ?? '',
    log: createLogger({ service: 'e2e', level: 'silent' }),
  });
  await mongo.start();
  await mongo.collection('sessions').updateMany({}, { $set: { freshUntil: new Date(0) } });
  await mongo.stop();
}
