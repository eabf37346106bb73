// The package in the apps that people have: webpack, Vite and Next take it without a line of configuration, and it draws.

import { execFile, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { expectDrawn } from '../browser/visitor.js';
import { host } from '../browser/host.js';

const run = promisify(execFile);
const HERE = import.meta.dirname;
const PACKAGE = join(HERE, '../../pkg/dist');
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: undefined };

/** By what each app is built, and where the files of it then lie; how it is run while somebody works on it, and how when it is built, if it is no plain site. */
const APPS = {
  webpack: { build: ['webpack', '--mode=production', '--entry=./src/index.js'], site: 'dist' },
  'vite-7': { build: ['vite', 'build'], site: 'dist', develop: (port) => ['vite', '--port', port, '--strictPort'] },
  'vite-8': { build: ['vite', 'build'], site: 'dist', develop: (port) => ['vite', '--port', port, '--strictPort'] },
  next: { build: ['next', 'build'], serve: (port) => ['next', 'start', '-p', port], develop: (port) => ['next', 'dev', '-p', port] },
};

/** What webpack leaves to the author: a page around the script that it makes. */
const AROUND = '<!doctype html><title>An app</title><script src="main.js"></script>';

let archive;

test.beforeAll(async () => {
  expect(existsSync(PACKAGE), 'pkg/dist is missing: run `cargo xtask pkg`').toBe(true);
  const { stdout } = await run('npm', ['pack', '--json', `--pack-destination=${HERE}`], { cwd: PACKAGE });
  archive = join(HERE, JSON.parse(stdout)[0].filename);
});

test.afterAll(() => rm(archive, { force: true }));

/** What is served, to be ended after a test. */
const running = [];
test.afterEach(async () => {
  await Promise.all(running.splice(0).map((end) => end()));
});

/** Installs what the app's lock file says, and the package as npm would: from the archive that is published. */
async function install(app) {
  const cwd = join(HERE, app);
  const modified = (file) => (existsSync(join(cwd, file)) ? statSync(join(cwd, file)).mtimeMs : 0);
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd, env });
  const folder = join(cwd, 'node_modules/pushforward');
  await Promise.all([folder, join(cwd, 'node_modules/.vite'), join(cwd, '.next'), join(cwd, 'dist')].map((old) => rm(old, { recursive: true, force: true })));
  await mkdir(folder);
  await run('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  return cwd;
}

const program = (cwd, name) => join(cwd, 'node_modules/.bin', name);

/** A port of this machine that is free. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return String(port);
}

/** Starts a server of the app's own, and waits until it answers. */
async function serve(cwd, command) {
  const port = await freePort();
  const [name, ...args] = command(port);
  const server = spawn(program(cwd, name), args, { cwd, env, detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => { server.on('exit', resolve); });
  running.push(() => {
    // Unless it ended by itself.
    if (server.exitCode === null) process.kill(-server.pid);
    return ended;
  });
  const address = `http://localhost:${port}/`;
  await expect.poll(() => fetch(address).then(({ ok }) => ok, () => false)).toBe(true);
  return address;
}

/** Opens the app and draws with every model. */
async function drawAll(page, address) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  await page.waitForFunction(() => globalThis.pushforward, undefined, { timeout: 60_000 });
  const { pictures, device } = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const pictures = {};
    for (const { id, controls } of await pushforward.models()) {
      const { image } = await pushforward.generate({ model: id, seed: 5, ...(controls.steps && { steps: 4 }) });
      pictures[id] = [image.width, [...image.data]];
    }
    return { pictures, device: await pushforward.device() };
  });
  expect(Object.keys(pictures).length).toBeGreaterThan(6);
  for (const [side, pixels] of Object.values(pictures)) expectDrawn(pixels, side);
  expect(device.note).not.toContain('failed');
  expect(problems).toEqual([]);
}

for (const [app, { build, site, serve: start, develop }] of Object.entries(APPS)) {
  test(`${app}, built: every model draws`, async ({ page }) => {
    const cwd = await install(app);
    const [name, ...args] = build;
    await run(program(cwd, name), args, { cwd, env });
    if (start) {
      const address = await serve(cwd, start);
      await drawAll(page, address);
      // The page's element was rendered on a server first.
      expect(await (await fetch(address)).text()).toContain('<push-forward model="vae-fashion"');
      return expect(page.getByRole('img', { name: /^Trouser/ })).toBeVisible();
    }
    const server = await host(async (path) => (app === 'webpack' && path === 'index.html' ? AROUND : readFile(join(cwd, site, path)).catch(() => null)));
    running.push(server.close);
    await drawAll(page, server.address);
  });

  if (!develop) continue;
  test(`${app}, while it is worked on: every model draws`, async ({ page }) => {
    const cwd = await install(app);
    await drawAll(page, await serve(cwd, develop));
  });
}

test('imported on a server, it does nothing', async () => {
  const cwd = await install('webpack');
  const importing = (name) => run('node', ['--input-type=module', '--eval', `const { default: found } = await import('${name}'); console.log(typeof found);`], { cwd });
  expect((await importing('pushforward')).stdout.trim()).toBe('object');
  expect((await importing('pushforward/element')).stdout.trim()).toBe('undefined');
});
