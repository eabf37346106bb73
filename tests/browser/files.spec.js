// Files that do not arrive, or not as they should: the message names the model, the page stays usable.

import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { beforeWorker, expectDrawn, fragment, pixels, settled, visit } from './visitor.js';

const WEIGHTS = '**/models/vae-fashion/*.bpk';

/** Serves weights changed by `change`. */
function changed(change) {
  return async (route) => {
    const response = await route.fetch();
    await route.fulfill({ status: 200, body: change(await response.body()) });
  };
}

function flipped(bytes, at) {
  const copy = Buffer.from(bytes);
  copy[Math.floor(copy.length * at)] ^= 0x10;
  return copy;
}

const BROKEN = [
  ['missing', (route) => route.fulfill({ status: 404, body: 'not found' }), /404/],
  ['cut off by the network', (route) => route.abort('connectionreset'), /did not arrive/],
  ['truncated', changed((bytes) => bytes.subarray(0, bytes.length - 1000)), /bytes|size|length/i],
  ['empty', changed(() => Buffer.alloc(0)), /bytes|size|length/i],
  ['with one bit flipped at the front', changed((bytes) => flipped(bytes, 0.001)), /checksum|sha-?256/i],
  ['with one bit flipped in the middle', changed((bytes) => flipped(bytes, 0.5)), /checksum|sha-?256/i],
  ["another model's", changed((bytes) => Buffer.from(bytes).reverse()), /checksum|sha-?256/i],
  ['a page of HTML', changed(() => Buffer.from('<!doctype html><title>Moved</title>')), /bytes|size|length/i],
];

for (const [what, answer, said] of BROKEN) {
  test(`weights ${what}: named and explained, the page is usable, and trying again draws`, async ({ page }) => {
    await page.route(WEIGHTS, answer);
    await page.goto('#model=vae-fashion&seed=5');
    const notices = page.locator('#notices');
    await expect(notices).toContainText('vae-fashion');
    await expect(notices).toContainText(said);

    // All that needs no network still works.
    await page.locator('#classes').getByText('Bag').click();
    await page.locator('.point').focus();
    await page.keyboard.press('ArrowRight');
    expect(await fragment(page)).toMatch(/class=8.*at=/);
    const refused = await page.evaluate(() =>
      globalThis.pushforward.generate({ model: 'vae-fashion', seed: 1 }).catch((error) => `${error.name}: ${error.message}`),
    );
    expect(refused).toMatch(/^WeightsError: .*vae-fashion/);

    await page.unroute(WEIGHTS);
    await notices.getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    expectDrawn(await pixels(page));
    await expect(notices).toBeEmpty();
  });
}

test('a script that never comes: the page says so by itself, and only then', async ({ page }) => {
  await visit(page);
  await expect(page.locator('#unreached')).toHaveCount(0);
  await page.route('**/www/main.js', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('./');
  const said = page.getByText('The program of this page has not come.');
  await expect(said).toBeHidden();
  await expect(said).toBeVisible();
  await expect(said).toContainText('程序没有加载');
});

test('an address without its last slash: the page says what to do', async ({ page }) => {
  const server = await host(async (path) => (path === 'pushforward' ? readFile('dist/index.html') : null), 'no-cache', 'text/html');
  await page.goto(`${server.address}pushforward`);
  await expect(page.getByText('with a slash at the end of its address')).toBeVisible({ timeout: 1000 });
  await server.close();
});

const LACKING = [
  ['WebAssembly', () => { delete globalThis.WebAssembly; }],
  ['WebAssembly SIMD', () => { WebAssembly.validate = () => false; }],
  ['TransformStream', () => { delete globalThis.TransformStream; }],
];

for (const [what, take] of LACKING) {
  test(`a browser without ${what} reads that, in either language`, async ({ page }) => {
    await page.addInitScript(take);
    await page.goto('./');
    await expect(page.locator('#notices')).toContainText(`This browser has no ${what}`);
    await page.goto('./#lang=zh');
    await page.reload();
    await expect(page.locator('#notices')).toContainText(`此浏览器没有 ${what}`);
  });
}

test('a browser without Promise.withResolvers draws', async ({ page }) => {
  await page.addInitScript(() => { delete Promise.withResolvers; });
  await beforeWorker(page, 'delete Promise.withResolvers;');
  await visit(page, '#model=vae-fashion&seed=5');
  expectDrawn(await pixels(page));
});

test('an engine that is missing: a message and a way to try again', async ({ page }) => {
  await page.route('**/pushforward_bg.wasm', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('./');
  await expect(page.locator('#notices')).toContainText(/engine.*404/);
  await page.unroute('**/pushforward_bg.wasm');
  await page.getByRole('button', { name: 'Reload' }).click();
  await settled(page);
  expectDrawn(await pixels(page));
});

test('an engine that is corrupt: a message', async ({ page }) => {
  await page.route('**/pushforward_bg.wasm', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: body.subarray(0, body.length / 2) });
  });
  await page.goto('./');
  await expect(page.locator('#notices')).toContainText('engine');
  await expect(page.locator('h1')).toBeVisible();
});

test('a worker that is missing: a message', async ({ page }) => {
  await page.route('**/www/worker.js', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('./');
  await expect(page.locator('#notices')).toContainText(/engine|worker/);
});

test('progress is told in bytes while files arrive', async ({ page }) => {
  /** Holds files back until they are let go of. */
  const hold = async (files) => {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await page.route(files, async (route) => {
      await held;
      await route.continue();
    });
    return release;
  };
  const [releaseEngine, releaseWeights] = [await hold('**/pushforward_bg.wasm'), await hold(WEIGHTS)];
  const told = [];
  const shown = [];
  await page.exposeFunction('tell', (detail, text) => [told.push(detail), shown.push(text)]);
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      globalThis.pushforward.addEventListener('progress', ({ detail }) => globalThis.tell(detail, document.querySelector('#loading').textContent));
    });
  });
  await page.goto('./#model=vae-fashion', { waitUntil: 'domcontentloaded' });
  await expect(page.locator('#loading')).toHaveText('Fetching the engine');
  releaseEngine();
  await expect(page.locator('#loading')).toHaveText('The weights of vae-fashion: 0.00 MB of 0.35 MB');
  expect(shown).toContainEqual(expect.stringMatching(/^The engine: [\d.]+ (of [\d.]+ )?MB/));
  releaseWeights();
  await settled(page);
  const of = (what) => told.filter((detail) => detail.what === what).map(({ received }) => received);
  for (const what of ['engine', 'vae-fashion']) {
    expect(of(what).length).toBeGreaterThan(1);
    expect(of(what).at(-1)).toBeGreaterThan(of(what)[0]);
  }
});
