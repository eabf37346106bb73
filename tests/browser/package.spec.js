// The npm package, imported by a plain module script of a page in another folder.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { expect, test } from '@playwright/test';
import { expectDrawn } from './visitor.js';

const PACKAGE = 'pkg/dist';
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

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

let server;
let address;

test.beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/demo/') return response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    const file = normalize(pathname).replace(/^\/vendor\/pushforward\//, '');
    const body = await readFile(join(PACKAGE, file)).catch(() => null);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return body ? response.writeHead(200, { 'content-type': type }).end(body) : response.writeHead(404).end();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  address = `http://localhost:${server.address().port}/demo/`;
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
