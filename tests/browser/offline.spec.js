// After the first visit the page opens without a network, and a newer version of it comes as a whole or not at all.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { difference, expectDrawn, pixels, settled, visit } from './visitor.js';

const SITE = 'dist';
const LINK = '#model=vae-fashion&class=3&seed=5';

test.use({ serviceWorkers: 'allow' });

/** What the host has instead of the files of the site. */
let instead;
let server;

test.beforeEach(async () => {
  instead = new Map();
  server = await host(async (path) => instead.get(path) ?? readFile(join(SITE, path)).catch(() => null));
});

test.afterEach(() => server.close());

/** Has the page kept, as it is where it is not worked on, and waits until it is. */
async function keep(page) {
  await page.evaluate(async () => {
    const { keepForOffline } = await import(new URL('www/offline.js', location.href).href);
    globalThis.offers = [];
    await keepForOffline({ show: (_subject, message, action) => globalThis.offers.push({ message, ...action }) });
    await navigator.serviceWorker.ready;
  });
}

/** A second visit, whose page is the one that was kept on the first. */
async function visitAgain(page) {
  await visit(page, server.address + LINK);
  await keep(page);
  await page.reload();
  await settled(page);
  await keep(page);
}

/** Puts a newer version on the host: a page of another title. Its worker says what it consists of, truly or not. */
async function renew({ truly }) {
  const [worker, main] = await Promise.all(['sw.js', 'www/main.js'].map((file) => readFile(join(SITE, file), 'utf8')));
  const newer = `${main}\ndocument.title = 'Newer';\n`;
  const sum = createHash('sha256').update(truly ? newer : 'something else').digest('hex');
  instead.set('www/main.js', newer);
  instead.set('sw.js', worker.replace(/("www\/main\.js": )"\w+"/, `$1"${sum}"`).replace(/VERSION = '\w+'/, "VERSION = 'newer'"));
}

const update = (page) => page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });

test('what was visited opens without a network, and draws the same', async ({ page, context }) => {
  await visit(page, server.address + LINK);
  const picture = await pixels(page);
  await keep(page);
  await server.close();

  const next = await context.newPage();
  await visit(next, server.address + LINK);
  expect(difference(await pixels(next), picture)).toBe(0);
  await next.evaluate(() => (location.hash = location.hash.replace('seed=5', 'seed=6')));
  await settled(next);
  expectDrawn(await pixels(next));
  // What was never fetched is not there, and that is said.
  await next.getByRole('radio', { name: /^Generative/ }).check({ force: true });
  await expect(next.locator('#notices')).toContainText('gan-fashion');
});

test('a newer version is offered, and taken as a whole', async ({ page }) => {
  await visitAgain(page);
  await renew({ truly: true });
  await update(page);
  await expect.poll(() => page.evaluate(() => globalThis.offers.map(({ message }) => message))).toEqual(['A newer version of this page is here.']);
  // Until it is taken, all is as it was.
  await page.reload();
  await settled(page);
  expect(await page.title()).not.toBe('Newer');
  await keep(page);
  await expect.poll(() => page.evaluate(() => globalThis.offers.length)).toBe(1);
  const reloaded = page.waitForEvent('load');
  await page.evaluate(() => globalThis.offers[0].act());
  await reloaded;
  await settled(page);
  expect(await page.title()).toBe('Newer');
  expect(await page.evaluate(() => caches.keys())).toEqual(expect.arrayContaining(['pushforward-page-newer']));
  expect((await page.evaluate(() => caches.keys())).filter((name) => name.startsWith('pushforward-page-'))).toHaveLength(1);
});

test('a version whose files are not all there yet is not taken', async ({ page }) => {
  await visitAgain(page);
  await renew({ truly: false });
  await update(page).catch(() => {});
  await page.waitForTimeout(1500);
  expect(await page.evaluate(() => globalThis.offers)).toEqual([]);
  await page.reload();
  await settled(page);
  expect(await page.title()).not.toBe('Newer');
  expectDrawn(await pixels(page));
});
