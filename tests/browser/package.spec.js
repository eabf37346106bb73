// The npm package, imported by a plain module script of a page in another folder.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

/** An app at an address of its own, whose bundler carried no files along: they lie in a copy. */
const APP = `<!doctype html><title>An app</title>
<script type="module">
  import { Pushforward } from '../vendor/pushforward/www/api.js';
  globalThis.Pushforward = Pushforward;
</script>`;

let server;
let address;
/** What the copy has instead of the package's files. */
const copied = new Map();

test.beforeAll(async () => {
  server = await host(async (path) => {
    if (path === 'demo/index.html') return PAGE;
    if (path === 'demo/elements.html') return ELEMENTS;
    if (path === 'demo/app.html') return APP;
    const copy = /^static\/copy\/(.*)/.exec(path)?.[1];
    if (copy) return copied.get(copy) ?? readFile(join(PACKAGE, normalize(copy))).catch(() => null);
    return readFile(join(PACKAGE, normalize(path).replace(/^vendor\/pushforward\//, ''))).catch(() => null);
  });
  address = `${server.address}demo/index.html`;
});

test.afterAll(() => server.close());

test('is assembled', async () => {
  expect(existsSync(PACKAGE), 'pkg/dist is missing: run `cargo xtask pkg`').toBe(true);
  const manifest = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  const entry = manifest.exports['.'];
  for (const file of [entry.types, entry.default, 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'pushforward_bg.wasm', 'plans/pushforward_bg.wasm', 'webgpu/pushforward_bg.wasm']) {
    expect(existsSync(join(PACKAGE, file)), file).toBe(true);
  }
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.license).toBe('MIT OR Apache-2.0');
});

test('holds what is needed and no more', async ({ page }) => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: PACKAGE, encoding: 'utf8' }));
  const packed = files.map(({ path }) => path).sort();
  const asked = new Set();
  page.on('request', (request) => asked.add(new URL(request.url()).pathname.replace('/vendor/pushforward/', '')));
  await page.goto(address.replace('index', 'elements'));
  await expect(page.locator('push-forward').first()).toHaveAttribute('role', 'img', { timeout: 30_000 });

  // Every module is one that an element runs, or the API: some where there is a GPU, and for somebody's own picture.
  const modules = packed.filter((path) => path.endsWith('.js'));
  const others = ['plans/pushforward.js', 'webgpu/pushforward.js', 'www/checks-own.js', 'www/compile.js', 'www/gpu.js', 'www/modules.js', 'www/plans-worker.js', 'www/webgpu-worker.js'];
  // A picture needs nothing of the figures.
  const figures = ['card', 'chart', 'drag', 'embedded/drawing', 'embedded/figure', 'embedded/many', 'embedded/plane', 'embedded/race', 'embedded/style', 'embedded/way', 'embedded/words', 'newest', 'rail', 'rows', 'words/zh-names'];
  expect(modules.filter((path) => !asked.has(path))).toEqual([...others, ...figures.map((name) => `www/${name}.js`)].sort());
  await page.evaluate(() => document.body.prepend(...['plane', 'many', 'way', 'race'].map((view) => {
    const element = document.createElement('push-forward');
    element.setAttribute('view', view);
    element.setAttribute('models', 'vae-fashion');
    return element;
  })));
  await expect.poll(() => modules.filter((path) => !asked.has(path))).toEqual(others);
  const models = readdirSync('models').filter((id) => existsSync(join('models', id, 'card.json')));
  const rest = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'element.d.ts', 'element.jsx', 'index.d.ts', 'index.jsx', 'package.json', 'pushforward_bg.wasm', 'plans/pushforward_bg.wasm', 'webgpu/pushforward_bg.wasm'];
  expect(packed.filter((path) => !path.endsWith('.js'))).toEqual([...rest, ...models.map((id) => `models/${id}/weights.bpk`)].sort());
});

test('an option says where the files lie, and another version of them is refused', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(address.replace('index', 'app'));
  await page.waitForFunction(() => globalThis.Pushforward);
  const draw = (base) => page.evaluate(async (base) => {
    const { image } = await new globalThis.Pushforward({ base }).generate({ model: 'vae-fashion', seed: 42 });
    return [...image.data];
  }, base);
  expectDrawn(await draw('/static/copy'));
  for (const file of ['www/worker.js', 'pushforward_bg.wasm', 'models/vae-fashion/weights.bpk']) expect(asked).toContain(`/static/copy/${file}`);
  expect(asked.filter((path) => /wasm|worker|models/.test(path) && !path.startsWith('/static/copy/'))).toEqual([]);

  const wasm = await readFile(join(PACKAGE, 'pushforward_bg.wasm'));
  copied.set('pushforward_bg.wasm', Buffer.concat([wasm, Buffer.from([0, 2, 1, 65])]));
  await page.reload();
  await page.waitForFunction(() => globalThis.Pushforward);
  await expect(draw('../static/copy/')).rejects.toThrow('The engine could not be loaded');
  copied.clear();
  expectDrawn(await draw('../static/copy/'));
  await expect(page.evaluate(() => new globalThis.Pushforward({ base: 5 }))).rejects.toThrow('base: expected the address of a folder, got 5');
});

test('imported on a server, it does nothing', () => {
  for (const module of ['api', 'element']) execFileSync('node', ['--input-type=module', '--eval', `await import('./www/${module}.js')`], { cwd: PACKAGE });
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
  // What it shows is its name, unless it was given one; in which language its surroundings are is not the picture's matter.
  await expect(first).toHaveAttribute('aria-label', 'Sneaker (Variational autoencoder)');
  await first.evaluate((element) => {
    element.messages = [];
    element.addEventListener('message', ({ detail }) => element.messages.push(...detail));
    element.lang = 'fr';
  });
  expect(await next(first, 'draw', { 'of-class': 'any' })).toContain('model=vae-fashion&seed=42');
  await expect(first).toHaveAttribute('aria-label', 'A generated picture (Variational autoencoder)');
  expect(await first.evaluate((element) => element.messages)).toEqual([]);
  await first.evaluate((element) => element.setAttribute('aria-label', 'My shoe'));
  await next(first, 'draw', { 'of-class': '7' });
  await expect(first).toHaveAttribute('aria-label', 'My shoe');
  expect(await next(first, 'message', { seed: 'many' })).toEqual([expect.stringContaining('seed')]);
  expect(await next(first, 'draw', { seed: '42', 'of-class': '1' })).toContain('class=1');
  expect(await drawn(first)).toEqual(trousers);

  await second.scrollIntoViewIfNeeded();
  await expect(second).toHaveAttribute('role', 'img', { timeout: 30_000 });
  expectDrawn(await drawn(second));
  await expect(page.locator('[aria-busy]')).toHaveCount(0);
});
