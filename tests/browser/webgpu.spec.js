// WebGPU on Chromium's software adapter: the same pictures as the CPU's, and the CPU wherever WebGPU fails.

import { expect, test } from '@playwright/test';
import { beforeWorker, DEVICES, difference, drawn, expectDrawn, fragment, pixels, visit } from './visitor.js';

const MODEL = 'vae-fashion';
const LINK = '#model=vae-fashion&seed=5&class=9';
const SLOW = { timeout: 120_000 };

/** On this adapter a picture takes seconds, and the first one, with its shaders, many. */
async function settledSlowly(page) {
  await expect(page.locator('#picture')).toHaveAttribute('aria-busy', 'false', SLOW);
}

test('backend=webgpu draws on it, and says that it is a software one', async ({ page }) => {
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  expectDrawn(await pixels(page));
  await expect(page.locator('#device')).toContainText('WebGPU in software');
  const device = await page.evaluate(() => globalThis.pushforward.device());
  expect(device).toMatchObject({ backend: 'webgpu', software: true, adapter: expect.stringMatching(/swiftshader|google/i) });
  await expect(page.locator('#notices')).toBeEmpty();
});

test('CPU and WebGPU agree within 2/255', async ({ page }) => {
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  const pairs = await page.evaluate(async (model) => {
    const { Pushforward } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    const [cpu, gpu] = [new Pushforward({ backend: 'cpu' }), globalThis.pushforward];
    const backends = [(await cpu.device()).backend, (await gpu.device()).backend];
    const requests = [{ seed: 5, condition: { class: 9 } }, { seed: 42 }, { seed: 7, condition: { class: 1 } }, { latent: Array(16).fill(1.7) }];
    const pairs = [];
    for (const request of requests) {
      const [a, b] = await Promise.all([cpu, gpu].map((device) => device.generate({ model, ...request })));
      pairs.push([[...a.image.data], [...b.image.data]]);
    }
    return { backends, pairs };
  }, MODEL);
  expect(pairs.backends).toEqual(['cpu', 'webgpu']);
  for (const [cpu, gpu] of pairs.pairs) {
    expectDrawn(gpu);
    expect(difference(cpu, gpu)).toBeLessThanOrEqual(2);
  }
});

/** Has each worker tell how often work was submitted for what it has done. */
const SUBMITS = `
  const { submit } = GPUQueue.prototype;
  let submits = 0;
  GPUQueue.prototype.submit = function (...work) {
    submits += 1;
    return submit.apply(this, work);
  };
  const channel = new BroadcastChannel('submits');
  const post = postMessage.bind(globalThis);
  globalThis.postMessage = (message, ...rest) => {
    if (message.type === 'done') {
      channel.postMessage([name, submits]);
      submits = 0;
    }
    post(message, ...rest);
  };`;

test('every family agrees, in two steps where they can be chosen, and in the first rows of many; a plan is submitted once a frame', async ({ page }) => {
  await beforeWorker(page, SUBMITS);
  const asked = [];
  page.on('request', (request) => /\.wasm$/.test(request.url()) && asked.push(request.url().replace(/.*\/(?=\w+\/\w+\.wasm)/, '')));
  // Embedded it draws one picture and no others beside it.
  await page.goto(`?embed=1&backend=webgpu${LINK}`);
  await settledSlowly(page);
  expect(asked).toContain('plans/pushforward_bg.wasm');
  // What all models drawn so far have a plan for needs nothing of Burn's.
  expect(asked).not.toContain('webgpu/pushforward_bg.wasm');
  const pairs = await page.evaluate(async () => {
    const { Pushforward } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    const devices = [new Pushforward({ backend: 'cpu' }), globalThis.pushforward];
    /** A row of the autoregressive model takes seconds on this adapter. */
    const ROWS = 5;
    const told = [];
    new BroadcastChannel('submits').onmessage = ({ data }) => told.push(data);
    let frames = 0;
    const beginning = async (device, { id: model, condition }) => {
      const enough = new AbortController();
      let picture;
      frames = 0;
      const onFrame = (image, step, steps) => {
        frames += 1;
        picture = [...image.data];
        if (step === ROWS && steps > 2 * ROWS) enough.abort();
      };
      await device.generate({ model, seed: 5, condition: condition === 'prompt' ? { prompt: 'red heart' } : { class: 9 }, steps: 2, onFrame, frames: 28, signal: enough.signal }).catch((error) => {
        if (error.name !== 'AbortError') throw error;
      });
      return picture;
    };
    const pairs = [];
    for (const card of await globalThis.pushforward.models()) {
      const pictures = [];
      for (const device of devices) pictures.push(await beginning(device, card));
      // What the workers have told may arrive after the picture.
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      pairs.push({ model: card.id, pictures, frames, submits: told.splice(0).filter(([name]) => name === 'pushforward-plans') });
    }
    return pairs;
  });
  for (const { model, pictures } of pairs) expect.soft(difference(...pictures), model).toBeLessThanOrEqual(2);
  const submitted = pairs.filter(({ submits }) => submits.length).map(({ model, frames, submits: [[, submits]] }) => [model, submits === frames]);
  expect(submitted).toEqual(['vae-fashion', 'gan-fashion', 'diffusion-fashion', 'emoji'].map((model) => [model, true]));
  expect(asked).toContain('webgpu/pushforward_bg.wasm');
});

test('left to itself the page prefers the CPU to a software adapter, and says why', async ({ page }) => {
  await visit(page, LINK);
  expectDrawn(await pixels(page));
  await expect(page.locator('#device')).toContainText('Drawing on the CPU');
  await expect(page.locator('#device')).toContainText(/software/i);
});

const REFUSALS = [
  ['absent', "Object.defineProperty(Object.getPrototypeOf(navigator), 'gpu', { value: undefined, configurable: true });"],
  ['without an adapter', 'GPU.prototype.requestAdapter = async () => null;'],
  ['refusing an adapter', "GPU.prototype.requestAdapter = async () => { throw new DOMException('blocked', 'OperationError'); };"],
  ['refusing a device', "GPUAdapter.prototype.requestDevice = async () => { throw new DOMException('refused', 'OperationError'); };"],
];

for (const [how, prelude] of REFUSALS) {
  test(`WebGPU ${how}: asked for or not, the CPU draws; asked for, the page says so`, async ({ page }) => {
    await page.addInitScript(prelude);
    await beforeWorker(page, prelude);
    await page.goto(`?backend=webgpu${LINK}`);
    await settledSlowly(page);
    expectDrawn(await pixels(page));
    await expect(page.locator('#device')).toContainText('Drawing on the CPU');
    await expect(page.locator('#notices')).toContainText(/WebGPU/);
    expect(await fragment(page)).toContain('seed=5');

    await visit(page, `./${LINK}&t=0`);
    expectDrawn(await pixels(page));
    await expect(page.locator('#device')).toContainText('Drawing on the CPU');
  });
}

test('a GPU lost mid-picture: the picture is finished on the CPU, and the page says so', async ({ page }) => {
  await beforeWorker(
    page,
    `${DEVICES}
     const { submit } = GPUQueue.prototype;
     let drawing = false;
     addEventListener('message', ({ data }) => (drawing ||= data.type === 'generate'));
     // Work of the picture is on its way to the GPU when the GPU goes.
     GPUQueue.prototype.submit = function (...work) {
       submit.apply(this, work);
       if (drawing) devices.splice(0).forEach((device) => device.destroy());
     };`,
  );
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  await expect(page.locator('#notices')).toContainText(/WebGPU failed.*CPU/);
  await expect(page.locator('#device')).toContainText('Drawing on the CPU');
  const picture = await pixels(page);
  expectDrawn(picture);
  expect(difference(picture, await drawn(page, { model: MODEL, seed: 5, condition: { class: 9 } }))).toBe(0);
});

test('a GPU lost between pictures: the next picture is drawn on the CPU', async ({ page }) => {
  await beforeWorker(
    page,
    `${DEVICES}
     addEventListener('message', ({ data }) => data.type === 'lose' && devices.forEach((device) => device.destroy()));`,
  );
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...message) {
      globalThis.lose = () => postMessage.call(this, { type: 'lose' });
      return postMessage.apply(this, message);
    };
  });
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  await page.evaluate(() => globalThis.lose());
  await expect(page.locator('#notices')).toContainText(/WebGPU failed.*CPU/, SLOW);
  await page.locator('#classes').getByText('Trouser').click();
  await settledSlowly(page);
  expect(difference(await pixels(page), await drawn(page, { model: MODEL, seed: 5, condition: { class: 1 } }))).toBe(0);
});

test('a GPU lost on the way: what was told of the picture is told anew, once', async ({ page }) => {
  await beforeWorker(
    page,
    `${DEVICES}
     const { start: begin } = Engine.prototype;
     let steps = 0;
     Engine.prototype.start = function (...request) {
       const run = begin.apply(this, request);
       const { advance } = run;
       run.advance = () => {
         if (request[0] === 'codes-fashion' && ++steps === 4) devices.splice(0).forEach((device) => device.destroy());
         return advance.call(run);
       };
       return run;
     };`,
  );
  await page.goto('?backend=webgpu#model=codes-fashion&class=0&seed=5');
  await settledSlowly(page);
  await expect(page.locator('#notices')).toContainText(/WebGPU failed.*CPU/);
  await expect(page.locator('#choices canvas')).toHaveAttribute('width', '7');
  const lost = await pixels(page, '#choices canvas');
  await page.goto('?backend=cpu#model=codes-fashion&class=0&seed=5&draws=1');
  await settledSlowly(page);
  await expect(page.locator('#choices canvas')).toHaveAttribute('width', '7');
  expect(difference(lost, await pixels(page, '#choices canvas'))).toBe(0);
});

test('a request that is wrong rejects, and the GPU stays', async ({ page }) => {
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  const said = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const { RequestError } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    const image = new ImageData(28, 28);
    const wrong = [
      pushforward.encode({ model: 'gan-fashion', image }),
      pushforward.bitsPerDim({ model: 'gan-fashion', image }),
      pushforward.generate({ model: 'vae-fashion', image }),
      pushforward.generate({ model: 'vae-fashion', latent: [1, 2] }),
    ];
    const settled = await Promise.allSettled(wrong);
    return { settled: settled.map(({ reason }) => [reason instanceof RequestError, reason.kind]), device: await pushforward.device() };
  });
  for (const one of said.settled) expect(one).toEqual([true, 'request']);
  expect(said.device.backend).toBe('webgpu');
  await expect(page.locator('#notices')).toBeEmpty();
});

test('a panic while drawing on the GPU: the request is drawn again on the CPU', async ({ page }) => {
  await beforeWorker(
    page,
    `const { start: begin } = Engine.prototype;
     Engine.prototype.start = function (...request) {
       if (name !== 'pushforward') throw new WebAssembly.RuntimeError('unreachable');
       return begin.apply(this, request);
     };`,
  );
  await page.goto(`?backend=webgpu${LINK}`);
  await settledSlowly(page);
  expectDrawn(await pixels(page));
  await expect(page.locator('#notices')).toContainText(/WebGPU failed.*unreachable/);
});
