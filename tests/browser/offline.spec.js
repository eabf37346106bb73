// After the first visit the page opens without a network, and a newer version of it comes as a whole or not at all.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { difference, expectDrawn, pixels, settled, visit } from './visitor.js';

const SITE = 'dist';
const LINK = '#model=vae-fashion&class=3&seed=5';

/** The folder of the version that is built. */
const VERSION = readdirSync(SITE).find((name) => existsSync(join(SITE, name, 'www')));

test.use({ serviceWorkers: 'allow' });

/** What the host has instead of the files of the site, and what of it was asked for. */
let instead;
let asked;
let server;

/** A host of the site, or of two deployments of it below `a/` and `b/`. */
const hosted = (caching) => host(async (path) => {
  asked.push(path);
  const [, deployment = '', file] = /^([ab]\/)?(.*)$/.exec(path);
  const name = file || 'index.html';
  return (await instead.get(deployment + name)?.()) ?? readFile(join(SITE, name.replace(/^newer\//, `${VERSION}/`))).catch(() => null);
}, caching);

test.beforeEach(async () => {
  [instead, asked] = [new Map(), []];
  server = await hosted();
});

test.afterEach(() => server.close());

/** Has the page kept, as it is where it is not worked on, and waits until it is. */
async function keep(page) {
  await watch(page);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
}

/** Does what the page does where it is not worked on, and collects what it offers. */
async function watch(page) {
  await page.evaluate(async () => {
    const { keepForOffline } = await import(new URL('www/offline.js', document.querySelector('link[rel=preload]').href).href);
    globalThis.offers = [];
    await keepForOffline({ show: (_subject, message, action) => globalThis.offers.push({ message, ...action }) });
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

/** Whether a page is of the newer version that `renew` brings. */
const isNewer = (page) => page.evaluate(() => document.documentElement.dataset.version === 'newer');

/** Puts a newer version on the host: a page that is marked. Its worker says what it consists of, truly or not. */
async function renew({ truly = true, below = '' } = {}) {
  const [worker, index, main] = await Promise.all(['sw.js', 'index.html', `${VERSION}/www/main.js`].map((file) => readFile(join(SITE, file), 'utf8')));
  const sum = (text) => createHash('sha256').update(text).digest('hex');
  const newer = { 'index.html': index.replaceAll(`"${VERSION}/`, '"newer/'), 'newer/www/main.js': `${main}\ndocument.documentElement.dataset.version = 'newer';\n` };
  for (const [file, text] of Object.entries(newer)) instead.set(below + file, async () => text);
  let knowing = worker.replaceAll(`"${VERSION}/`, '"newer/').replace(/VERSION = '\w+'/, "VERSION = 'newer'");
  for (const [file, text] of Object.entries(newer)) knowing = knowing.replace(new RegExp(`("${file}": )"\\w+"`), `$1"${sum(truly ? text : 'something else')}"`);
  instead.set(`${below}sw.js`, async () => knowing);
}

const update = (page) => page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
const offered = (page) => page.evaluate(() => globalThis.offers.map(({ message }) => message));
const OFFER = 'A newer version of this page is here.';

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

test('a module for WebGPU is kept once it was fetched, and goes over to a newer version', async ({ page }) => {
  await visitAgain(page);
  const second = `${VERSION}/webgpu/pushforward_bg.wasm`;
  expect(asked).not.toContain(second);
  const fetched = () => page.evaluate(async (second) => (await fetch(second)).arrayBuffer().then(({ byteLength }) => byteLength), second);
  const length = await fetched();
  expect(length).toBeGreaterThan(5e6);
  asked.splice(0);
  expect(await fetched()).toBe(length);
  expect(asked).toEqual([]);
  await renew();
  await update(page);
  await expect.poll(() => offered(page)).toEqual([OFFER]);
  expect(asked.filter((path) => path.includes('webgpu'))).toEqual([]);
  const kept = await page.evaluate(async () => (await (await caches.open((await caches.keys()).find((name) => name.endsWith(' newer')))).keys()).map(({ url }) => url));
  expect(kept).toContain(`${server.address}newer/webgpu/pushforward_bg.wasm`);
});

test('a newer version is offered, and taken as a whole', async ({ page }) => {
  await visitAgain(page);
  await renew();
  asked.length = 0;
  await update(page);
  await expect.poll(() => offered(page)).toEqual([OFFER]);
  // What is the same in both is not fetched twice, wherever it lies.
  expect(asked.filter((path) => path.startsWith('newer/'))).toEqual(['newer/www/main.js']);
  // Until it is taken, all is as it was.
  await page.reload();
  await settled(page);
  expect(await isNewer(page)).toBe(false);
  await keep(page);
  await expect.poll(() => page.evaluate(() => globalThis.offers.length)).toBe(1);
  const reloaded = page.waitForEvent('load');
  await page.evaluate(() => globalThis.offers[0].act());
  await reloaded;
  await settled(page);
  expect(await isNewer(page)).toBe(true);
  const kept = (await page.evaluate(() => caches.keys())).filter((name) => name.startsWith('pushforward-page'));
  expect(kept).toEqual([`pushforward-page ${server.address} newer`]);
});

test('a version that is on its way when the page opens is offered, too', async ({ page }) => {
  await visit(page, server.address + LINK);
  // A browser answers with the worker already at work, and tells nobody that it has found it.
  await page.evaluate(() => {
    const arriving = Object.assign(new EventTarget(), { state: 'installing', postMessage() {} });
    const registration = Object.assign(new EventTarget(), { waiting: null, installing: arriving });
    const container = Object.assign(new EventTarget(), { controller: {}, register: async () => registration });
    Object.defineProperty(navigator, 'serviceWorker', { value: container });
    globalThis.arriving = arriving;
  });
  await watch(page);
  expect(await offered(page)).toEqual([]);
  await page.evaluate(() => {
    globalThis.arriving.state = 'installed';
    globalThis.arriving.dispatchEvent(new Event('statechange'));
  });
  expect(await offered(page)).toEqual([OFFER]);
});

test('a version whose files are not all there yet is not taken', async ({ page }) => {
  await visitAgain(page);
  await renew({ truly: false });
  await update(page).catch(() => {});
  await page.waitForTimeout(1500);
  expect(await page.evaluate(() => globalThis.offers)).toEqual([]);
  await page.reload();
  await settled(page);
  expect(await isNewer(page)).toBe(false);
  expectDrawn(await pixels(page));
});

test('without a network a family’s own address still leads to the picture of its link', async ({ page, context }) => {
  await visitAgain(page);
  const picture = await pixels(page);
  await server.close();
  const next = await context.newPage();
  await visit(next, `${server.address}vae-fashion/${LINK}`);
  expect(new URL(next.url()).pathname).toBe('/');
  expect(difference(await pixels(next), picture)).toBe(0);
});

test('two deployments on one origin keep their own pages and weights', async ({ page, context }) => {
  await renew({ below: 'b/' });
  await visit(page, `${server.address}a/${LINK}`);
  const picture = await pixels(page);
  await keep(page);
  const other = await context.newPage();
  await visit(other, `${server.address}b/#model=gan-fashion&seed=5`);
  await keep(other);
  expect(await isNewer(other)).toBe(true);
  await other.close();
  await server.close();

  const next = await context.newPage();
  await visit(next, `${server.address}a/${LINK}`);
  expect(difference(await pixels(next), picture)).toBe(0);
  expect(await isNewer(next)).toBe(false);
});

test('what was let go of is fetched and kept anew, and never what is of another version', async ({ page, context }) => {
  await visitAgain(page);
  const [name] = (await page.evaluate(() => caches.keys())).filter((name) => name.startsWith('pushforward-page'));
  const forget = () => page.evaluate((name) => caches.delete(name), name);
  const files = () => page.evaluate(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname.slice(1)), name);
  await forget();
  await page.reload();
  await settled(page);
  await expect.poll(files).toEqual(expect.arrayContaining(['index.html', ...['pushforward.js', 'pushforward_bg.wasm', 'www/main.js'].map((file) => `${VERSION}/${file}`)]));

  // Under the same name, but not the same.
  await forget();
  instead.set(`${VERSION}/www/dom.js`, async () => `throw new Error('mixed');`);
  const next = await context.newPage();
  const errors = [];
  next.on('pageerror', ({ message }) => errors.push(message));
  await next.goto(server.address + LINK);
  await expect.poll(async () => (await files()).length).toBeGreaterThan(3);
  await next.waitForTimeout(500);
  expect(errors.join()).not.toContain('mixed');
  expect(await files()).not.toContain(`${VERSION}/www/dom.js`);
  instead.clear();
  await next.reload();
  await settled(next);
  expectDrawn(await pixels(next));
});

test('files that caches still hold are never paired with those of another version', async ({ page, context }) => {
  // All of the first visit may be used again, unasked.
  const other = await hosted('max-age=600');
  await visit(page, other.address + LINK);
  await renew();
  const next = await context.newPage();
  await next.goto(other.address + LINK);
  // Now the page itself is asked for, and the rest is not.
  const used = new Set();
  next.on('request', (request) => used.add(new URL(request.url()).pathname.split('/')[1]));
  // What the page before it still asked for is not its own.
  next.once('framenavigated', () => used.clear());
  await next.reload();
  await settled(next);
  expect(await isNewer(next)).toBe(true);
  expect([...used]).toEqual(['newer']);
  await other.close();
});
