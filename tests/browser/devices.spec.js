// Which device draws what, left to itself: the CPU first, each model on the faster one once both were measured, and the CPU wherever
// the GPU fails. The GPU is Chromium's software adapter under a name of a real one.

import { expect, test } from '@playwright/test';
import { beforeWorker, DEVICES, difference, drawn, expectDrawn, pixels, settled, visit } from './visitor.js';

const MODEL = 'vae-fashion';
const LINK = '#model=vae-fashion&seed=5&class=9';
const SLOW = { timeout: 60_000 };

/** What the page and its workers see of an adapter that nobody would take for a CPU. */
const REAL = `
  const info = { vendor: 'nvidia', architecture: 'hopper', description: '', isFallbackAdapter: false };
  Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => info });`;

/** Has the probes say what they are to, by the worker's name, and tells the page what they were asked for. */
const saying = (cpu, webgpu) => `
  const said = name === 'pushforward' ? ${cpu} : ${webgpu};
  const probes = new Set();
  addEventListener('message', ({ data }) => data.type === 'probe' && probes.add(data.id));
  const post = postMessage.bind(globalThis);
  globalThis.postMessage = (message, ...rest) => {
    if (message.type === 'done' && probes.has(message.id)) message.value.milliseconds = said;
    post(message, ...rest);
  };`;

/** Opens the page as if there were a real adapter; returns what of the other modules is asked for, and the probes, by worker. */
async function open(page, prelude = '', address = LINK) {
  const asked = [];
  page.on('request', (request) => /webgpu|plans/.test(request.url()) && asked.push(request.url().replace(/.*\/(?=webgpu\/|plans\/|www)/, '')));
  await page.addInitScript(REAL);
  await page.addInitScript(() => {
    globalThis.probed = [];
    const names = new WeakMap();
    const Native = Worker;
    globalThis.Worker = class extends Native {
      constructor(url, options) {
        super(url, options);
        names.set(this, options.name);
      }

      postMessage(message, ...rest) {
        if (message.type === 'probe') globalThis.probed.push(`${names.get(this)} ${message.model} ${message.budget}`);
        super.postMessage(message, ...rest);
      }
    };
  });
  await beforeWorker(page, prelude);
  await visit(page, `./${address}`);
  return asked;
}

const probed = (page) => page.evaluate(() => globalThis.probed);
const deviceOf = (page, model = MODEL) => page.evaluate((model) => globalThis.pushforward.device(model), model);
const measured = (page, model = MODEL) => expect.poll(async () => (await deviceOf(page, model)).measured, SLOW);

test('the CPU draws first, both devices are measured in an idle moment, the page says what came of it, and it is kept', async ({ page }) => {
  const asked = await open(page);
  expectDrawn(await pixels(page));
  await measured(page).toBeTruthy();
  const device = await deviceOf(page);
  // A CPU in disguise is slower than the CPU.
  expect(device).toMatchObject({ backend: 'cpu', note: '', measured: { adapter: 'nvidia hopper' } });
  expect(device.measured.cpu).toBeGreaterThan(0);
  expect(device.measured.webgpu).toBeGreaterThan(device.measured.cpu);
  expect(await probed(page)).toEqual([`pushforward ${MODEL} 200`, `pushforward-plans ${MODEL} 200`]);
  // Burn's module is for whoever insists.
  expect(asked.sort()).toEqual(['plans/pushforward.js', 'plans/pushforward_bg.wasm', 'www/plans-worker.js']);
  await expect(page.locator('#device')).toHaveText(/^Drawing on the CPU\. A picture takes the CPU [\d.]+ ms, WebGPU \(nvidia hopper\) [\d.]+ ms\. $/);
  expect(await page.evaluate(() => globalThis.pushforward.device())).toMatchObject({ backend: 'webgpu', adapter: 'nvidia hopper', software: false });
  await expect(page.locator('#notices')).toBeEmpty();

  // On the next visit nothing is measured, and nothing fetched.
  asked.length = 0;
  await visit(page, `./?again${LINK}`);
  await measured(page).toEqual(device.measured);
  await page.waitForTimeout(1000);
  expect(await probed(page)).toEqual([]);
  expect(asked.filter((path) => !path.startsWith('www'))).toEqual([]);
});

test('what is drawn faster on the GPU is drawn there, and families that choose or have no plan stay on the CPU', async ({ page }) => {
  await open(page, saying(20, 5));
  const before = await pixels(page);
  await measured(page).toEqual({ cpu: 20, webgpu: 5, adapter: 'nvidia hopper' });
  await expect(page.locator('#device')).toContainText('Drawing on WebGPU, nvidia hopper.');
  const there = await drawn(page, { model: MODEL, seed: 5, condition: { class: 9 } });
  expect(difference(before, there)).toBeLessThanOrEqual(2);
  const other = await page.evaluate(async (model) => {
    const { Pushforward } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    return [...(await new Pushforward({ backend: 'cpu' }).generate({ model, seed: 6 })).image.data];
  }, MODEL);
  const moved = await drawn(page, { model: MODEL, seed: 6 });
  expect(difference(other, moved)).toBeLessThanOrEqual(2);

  await page.evaluate(() => { location.hash = '#model=codes-fashion&seed=5'; });
  await settled(page);
  await page.waitForTimeout(1000);
  expect(await deviceOf(page, 'codes-fashion')).toMatchObject({ backend: 'cpu', reason: { kind: 'choices' } });
  await expect(page.locator('#device')).toContainText('This family chooses');
  await page.evaluate(() => { location.hash = '#model=flow-fashion&seed=5'; });
  await settled(page);
  await expect(page.locator('#device')).toContainText('This family has no plan for WebGPU, so the CPU draws it.');
  expect(await deviceOf(page, 'flow-fashion')).toMatchObject({ backend: 'cpu', reason: { kind: 'no-plan' } });
  expect(await probed(page)).toEqual([`pushforward ${MODEL} 200`, `pushforward-plans ${MODEL} 200`]);

  // What is kept is believed: the GPU is made ready, and takes over.
  await visit(page, `./?again${LINK}`);
  await expect(page.locator('#device')).toContainText('Drawing on WebGPU, nvidia hopper.', SLOW);
  expect(await probed(page)).toEqual([`pushforward-plans ${MODEL} 0`]);
});

test('figures of other weights or another adapter, and what is no figure, are not believed', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('pushforward-devices', JSON.stringify({ name: 'another adapter', times: { x: { cpu: 1, webgpu: 2 } } })));
  await open(page, saying(5, 20));
  await measured(page).toEqual({ cpu: 5, webgpu: 20, adapter: 'nvidia hopper' });
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('pushforward-devices')));
  expect(kept.name).toMatch(/^nvidia hopper sha256-\S+ sha256-\S+$/);
  const [[key]] = Object.entries(kept.times);
  expect(key).toMatch(/^vae-fashion [0-9a-f]{64}$/);
  for (const spoilt of ['{', '7', JSON.stringify({ ...kept, times: { [key]: { cpu: 'fast', webgpu: null } } })]) {
    await page.addInitScript((spoilt) => localStorage.setItem('pushforward-devices', spoilt), spoilt);
    await visit(page, `./?${encodeURIComponent(spoilt.length)}${LINK}`);
    await measured(page).toEqual({ cpu: 5, webgpu: 20, adapter: 'nvidia hopper' });
  }
});

test('a GPU lost in the middle of a trajectory: the picture is finished on the CPU, the reason is said, and what was told is told anew', async ({ page }) => {
  await open(
    page,
    `${saying(20, 5)}
     ${DEVICES}
     let drawing = false;
     addEventListener('message', ({ data }) => (drawing ||= data.type === 'generate'));
     const { start: begin } = Engine.prototype;
     let steps = 0;
     Engine.prototype.start = function (...request) {
       const run = begin.apply(this, request);
       const { advance } = run;
       run.advance = () => {
         if (drawing && ++steps === 2) devices.splice(0).forEach((device) => device.destroy());
         return advance.call(run);
       };
       return run;
     };`,
    '#model=emoji&seed=5&prompt=red+heart&steps=3',
  );
  await expect.poll(async () => (await deviceOf(page, 'emoji')).backend, { timeout: 120_000 }).toBe('webgpu');
  const told = await page.evaluate(async () => {
    const steps = [];
    const asked = { model: 'emoji', seed: 8, condition: { prompt: 'cat' }, steps: 3 };
    const onFrame = (_image, step, _steps, _clean, attempt) => steps.push([attempt, step]);
    const { image } = await globalThis.pushforward.generate({ ...asked, onFrame, frames: 3 });
    const again = await globalThis.pushforward.generate(asked);
    return { steps, same: String(image.data) === String(again.image.data) };
  });
  expect(told.same).toBe(true);
  expect(told.steps.filter(([attempt]) => attempt === 2)).toEqual([[2, 1], [2, 2], [2, 3]]);
  await expect(page.locator('#notices')).toContainText(/WebGPU failed, so the CPU draws: the GPU was lost/);
  await expect(page.locator('#device')).toContainText('Drawing on the CPU');
  expect(await deviceOf(page)).toMatchObject({ backend: 'cpu', reason: { kind: 'failed' } });
});

test('an adapter that never answers: the CPU draws, and after a while it is said why', async ({ page }) => {
  await page.addInitScript('GPU.prototype.requestAdapter = () => new Promise(() => {});');
  const asked = await open(page);
  expectDrawn(await pixels(page));
  await expect(page.locator('#device')).toContainText('the GPU adapter did not answer', SLOW);
  await expect(page.locator('#notices')).toBeEmpty();
  expect(asked).toEqual([]);
});

test('a probe that hangs: the CPU goes on, and it is said why', async ({ page }) => {
  await open(page, `if (name !== 'pushforward') Engine.prototype.start = () => { for (;;); };`);
  await expect.poll(async () => (await probed(page)).length, SLOW).toBe(2);
  expectDrawn(await drawn(page, { model: MODEL, seed: 7 }));
  await expect(page.locator('#device')).toContainText('it did not draw in time', SLOW);
  await expect(page.locator('#notices')).toBeEmpty();
  expectDrawn(await drawn(page, { model: MODEL, seed: 8 }));
});

const FAULTS = [
  [
    'an adapter with fewer limits',
    "Object.defineProperty(GPUSupportedLimits.prototype, 'maxStorageBuffersPerShaderStage', { get: () => 4 });",
    'the adapter has maxStorageBuffersPerShaderStage 4; 8 are needed',
  ],
  [
    'a kernel that does not compile',
    `const { createShaderModule } = GPUDevice.prototype;
     GPUDevice.prototype.createShaderModule = function (descriptor) { return createShaderModule.call(this, { ...descriptor, code: 'fn' }); };`,
    /the device failed: kernel \w+/,
  ],
];

for (const [what, prelude, reason] of FAULTS) {
  test(`${what}: the CPU goes on, and it is said why`, async ({ page }) => {
    await open(page, prelude);
    await expect(page.locator('#device')).toContainText('WebGPU failed, so the CPU draws', SLOW);
    await expect(page.locator('#device')).toContainText(reason);
    await expect(page.locator('#notices')).toBeEmpty();
    expectDrawn(await drawn(page, { model: MODEL, seed: 7 }));
  });
}

test('a module of plans that cannot be fetched, or is of another version: the CPU goes on, and it is said why', async ({ page }) => {
  await page.route('**/plans/pushforward_bg.wasm', (route) => route.abort());
  await open(page);
  await expect(page.locator('#device')).toContainText('WebGPU failed, so the CPU draws', SLOW);
  await page.unroute('**/plans/pushforward_bg.wasm');
  await page.route('**/plans/pushforward_bg.wasm', (route) => route.fulfill({ body: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]), contentType: 'application/wasm' }));
  await visit(page, `./?again${LINK}`);
  await expect(page.locator('#device')).toContainText('WebGPU failed, so the CPU draws', SLOW);
  await expect(page.locator('#notices')).toBeEmpty();
  expectDrawn(await drawn(page, { model: MODEL, seed: 7 }));
});

test('a software adapter is left alone: nothing of the other modules is fetched', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => /webgpu|plans|gpu\.js/.test(request.url()) && asked.push(request.url()));
  await visit(page, `./${LINK}`);
  await expect(page.locator('#device')).toContainText(/Drawing on the CPU.*software/);
  await page.waitForTimeout(1000);
  expect(asked).toEqual([]);
  expect(await deviceOf(page)).toMatchObject({ backend: 'cpu', reason: { kind: 'only' } });
});
