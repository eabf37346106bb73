// The npm package, imported by a plain module script of a page in another folder.

import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { expectDrawn } from './visitor.js';

const PACKAGE = 'pkg/dist';
const PAGE = `<!doctype html><title>An embedder</title><canvas width="28" height="28"></canvas>
<script type="module">
  import pushforward, { Pushforward } from '../vendor/pushforward/www/api.js';
  const [card] = await pushforward.models();
  const result = await pushforward.generate({ model: card.id, seed: 42, condition: { class: 1 } });
  document.querySelector('canvas').getContext('2d').putImageData(result.image, 0, 0);
  const middle = pushforward.interpolate({ from: result.latent, to: result.latent, t: 0.5, mode: 'slerp' });
  globalThis.report = {
    device: await pushforward.device(),
    instance: pushforward instanceof Pushforward,
    middle: Math.max(...middle.map((value, i) => Math.abs(value - result.latent[i]))),
    link: pushforward.link({ model: card.id, seed: 42 }),
  };
</script>`;

const ELEMENTS = `<!doctype html><title>An embedder</title><style>push-forward { width: 84px; }</style>
<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'wasm-unsafe-eval' 'unsafe-inline'">
<script type="module" src="../vendor/pushforward/www/element.js"></script>
<push-forward model="vae-fashion" seed="42" of-class="1"></push-forward>
<div style="height: 4000px"></div>
<push-forward model="gan-fashion" seed="7"></push-forward>`;

let server;
let address;

test.beforeAll(async () => {
  server = await host(async (path) => {
    if (path === 'demo/index.html') return PAGE;
    if (path === 'demo/elements.html') return ELEMENTS;
    return readFile(join(PACKAGE, normalize(path).replace(/^vendor\/pushforward\//, ''))).catch(() => null);
  });
  address = `${server.address}demo/index.html`;
});

test.afterAll(() => server.close());

test('is assembled', async () => {
  expect(existsSync(PACKAGE), 'pkg/dist is missing: run `cargo xtask pkg`').toBe(true);
  const manifest = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  const entry = manifest.exports['.'];
  for (const file of [entry.types, entry.default, 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'pushforward_bg.wasm']) {
    expect(existsSync(join(PACKAGE, file)), file).toBe(true);
  }
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.license).toBe('MIT OR Apache-2.0');
});

test('draws in a page of somebody else', async ({ page }) => {
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  await expect.poll(() => page.evaluate(() => Boolean(globalThis.report)), { timeout: 30_000 }).toBe(true);
  const report = await page.evaluate(() => globalThis.report);
  expect(report).toMatchObject({ instance: true, device: { adapter: expect.any(String) }, link: expect.stringContaining(`${address}#`) });
  expect(report.middle).toBeLessThan(1e-5);
  expectDrawn(await page.evaluate(() => [...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 28, 28).data]));
  expect(problems).toEqual([]);
});

test('an element draws when it is seen, and anew when its attributes change', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address.replace('index', 'elements'));
  const [first, second] = [page.locator('push-forward').first(), page.locator('push-forward').last()];
  const drawn = (element) => element.evaluate((element) => {
    const canvas = element.shadowRoot.querySelector('canvas');
    return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
  });
  /** What the next of its events says, after some of its attributes have changed. */
  const next = (element, type, attributes) => element.evaluate((element, [type, attributes]) => new Promise((resolve) => {
    element.addEventListener(type, ({ detail }) => resolve(detail), { once: true });
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  }), [type, attributes]);

  await expect(first).toHaveAttribute('role', 'img', { timeout: 30_000 });
  const trousers = await drawn(first);
  expectDrawn(trousers);
  expect(asked.some((url) => url.includes('gan-fashion'))).toBe(false);
  expect((await first.boundingBox()).width).toBe(84);

  expect(await next(first, 'draw', { 'of-class': '7' })).toContain('model=vae-fashion&class=7&seed=42');
  expect(await drawn(first)).not.toEqual(trousers);
  expect(await next(first, 'message', { seed: 'many' })).toEqual([expect.stringContaining('seed')]);
  expect(await next(first, 'draw', { seed: '42', 'of-class': '1' })).toContain('class=1');
  expect(await drawn(first)).toEqual(trousers);

  await second.scrollIntoViewIfNeeded();
  await expect(second).toHaveAttribute('role', 'img', { timeout: 30_000 });
  expectDrawn(await drawn(second));
  await expect(page.locator('[aria-busy]')).toHaveCount(0);
});
