// The page's API, globalThis.pushforward: what it answers, and what it says to misuse.

import { expect, test } from '@playwright/test';
import { beforeWorker, difference, drawn, expectDrawn, fragment, visit } from './visitor.js';

const MODEL = 'vae-fashion';

test.beforeEach(({ page }) => page.goto('./'));

test('device() and models() describe themselves', async ({ page }) => {
  const device = await page.evaluate(() => globalThis.pushforward.device());
  expect(device).toMatchObject({ backend: 'cpu', adapter: expect.stringMatching(/\w/), software: expect.any(Boolean) });
  const [card] = await page.evaluate(() => globalThis.pushforward.models());
  expect(card).toMatchObject({ id: MODEL, latent: { shape: [16] }, image: { width: 28, height: 28, channels: 1 } });
  expect(card.classes).toHaveLength(10);
  expect(card.weights.bytes).toBeLessThanOrEqual(500_000);
});

test('the same seed gives the same picture, another seed another', async ({ page }) => {
  const [a, again, b] = [
    await drawn(page, { model: MODEL, seed: 1 }),
    await drawn(page, { model: MODEL, seed: 1 }),
    await drawn(page, { model: MODEL, seed: 2 }),
  ];
  expectDrawn(a);
  expect(difference(a, again)).toBe(0);
  expect(difference(a, b)).toBeGreaterThan(10);
});

test('the answer holds the latent, and the latent draws the same picture', async ({ page }) => {
  const { latent, same, milliseconds, size } = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    const first = await pushforward.generate({ model, seed: 4294967295, condition: { class: 3 } });
    const again = await pushforward.generate({ model, latent: [...first.latent], condition: { class: 3 } });
    return {
      latent: first.latent instanceof Float32Array && [...first.latent],
      same: String(first.image.data) === String(again.image.data),
      milliseconds: first.milliseconds,
      size: first.image instanceof ImageData && [first.image.width, first.image.height],
    };
  }, MODEL);
  expect(latent).toHaveLength(16);
  expect(same).toBe(true);
  expect(milliseconds).toBeGreaterThan(0);
  expect(size).toEqual([28, 28]);
});

test('without seed and latent every call draws anew', async ({ page }) => {
  const [a, b] = [await drawn(page, { model: MODEL }), await drawn(page, { model: MODEL })];
  expect(difference(a, b)).toBeGreaterThan(2);
});

test('onFrame sees each step, the last being the picture', async ({ page }) => {
  const { frames, last } = await page.evaluate(async (model) => {
    const frames = [];
    const onFrame = (image, step, steps) => frames.push({ data: String(image.data), step, steps });
    const { image } = await globalThis.pushforward.generate({ model, seed: 1, onFrame });
    return { frames, last: String(image.data) };
  }, MODEL);
  expect(frames.map(({ step }) => step)).toEqual([1]);
  expect(frames[0].steps).toBe(1);
  expect(frames[0].data).toBe(last);
});

test('interpolate() meets its ends; slerp keeps to the sphere, lerp cuts through it', async ({ page }) => {
  const { from, to, ways } = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    const latent = async (seed) => (await pushforward.generate({ model, seed })).latent;
    const [from, to] = [await latent(1), await latent(2)];
    const ways = ['lerp', 'slerp'].map((mode) => [0, 0.5, 1].map((t) => [...pushforward.interpolate({ from, to, t, mode })]));
    return { from: [...from], to: [...to], ways };
  }, MODEL);
  const norm = (z) => Math.hypot(...z);
  for (const [start, , end] of ways) {
    start.forEach((value, i) => expect(value).toBeCloseTo(from[i], 5));
    end.forEach((value, i) => expect(value).toBeCloseTo(to[i], 5));
  }
  const [line, arc] = ways.map(([, middle]) => norm(middle));
  expect(line).toBeLessThan(Math.min(norm(from), norm(to)));
  expect(arc).toBeGreaterThan(Math.min(norm(from), norm(to)) * 0.95);
});

test('encode() finds a latent that draws nearly the same picture', async ({ page }) => {
  const { encoded, near, far } = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    const condition = { class: 1 };
    const { image } = await pushforward.generate({ model, seed: 3, condition });
    const latent = await pushforward.encode({ model, image, condition });
    const back = await pushforward.generate({ model, latent, condition });
    const other = await pushforward.generate({ model, seed: 8, condition: { class: 9 } });
    const distance = (a, b) => a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / (28 * 28 * 3);
    return { encoded: [...latent], near: distance(image, back.image), far: distance(image, other.image) };
  }, MODEL);
  expect(encoded).toHaveLength(16);
  expect(encoded.every(Number.isFinite)).toBe(true);
  expect(near).toBeLessThan(20);
  expect(near).toBeLessThan(far / 3);
});

test('encode() goes back where the card says that there is a way', async ({ page }) => {
  const found = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const found = [];
    for (const { id, invertible, image: { width, height }, latent } of await pushforward.models()) {
      const image = new ImageData(new Uint8ClampedArray(4 * width * height).fill(255), width, height);
      const length = await pushforward.encode({ model: id, image }).then((z) => z.length, (error) => error.message);
      found.push({ id, invertible, length, expected: latent.shape.reduce((a, b) => a * b) });
    }
    return found;
  });
  expect(new Set(found.map(({ invertible }) => invertible)).size).toBe(2);
  for (const { id, invertible, length, expected } of found) {
    expect(length, id).toEqual(invertible ? expected : `${id} cannot go back from a picture to a latent`);
  }
});

test('generate() begins with a picture, which gives way as its strength grows', async ({ page }) => {
  const [kept, changed, gone, anew] = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const model = 'diffusion-fashion';
    const { image } = await pushforward.generate({ model: 'vae-fashion', seed: 3, condition: { class: 1 } });
    const asked = { model, seed: 8, condition: { class: 9 }, steps: 4 };
    const distance = (a, b) => a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / (28 * 28 * 3);
    const plain = await pushforward.generate(asked);
    const others = [];
    for (const strength of [0, 0.5, 1]) others.push((await pushforward.generate({ ...asked, image, strength })).image);
    return [distance(image, others[0]), distance(image, others[1]), distance(plain.image, others[2]), distance(image, plain.image)];
  });
  expect(kept).toBeLessThan(0.01);
  expect(changed).toBeGreaterThan(1);
  expect(changed).toBeLessThan(anew);
  expect(gone).toBeLessThan(1);
});

test('bitsPerDim() finds a model\'s own pictures likelier than noise', async ({ page }) => {
  const found = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const found = {};
    for (const { id, quality } of await pushforward.models()) {
      const known = quality?.shipped?.bits_per_dim ?? quality?.shipped?.bits_per_dim_bound;
      if (known === undefined) continue;
      const { image } = await pushforward.generate({ model: id, seed: 3, condition: { class: 1 } });
      const noise = new ImageData(Uint8ClampedArray.from(image.data, (_, i) => (i % 4 === 3 ? 255 : (Math.floor(i / 4) * 7919) % 256)), 28, 28);
      const own = await pushforward.bitsPerDim({ model: id, image, condition: { class: 1 } });
      const { bits: coarse } = await pushforward.bitsPerDim({ model: id, image, condition: { class: 1 }, precision: 'q4' });
      const { bits: unlikely } = await pushforward.bitsPerDim({ model: id, image: noise });
      found[id] = { known, isBound: quality.shipped.bits_per_dim === undefined, own, coarse, noise: unlikely };
    }
    return found;
  });
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['vae-fashion', 'flow-fashion', 'diffusion-fashion', 'autoregressive-fashion']));
  for (const [id, { known, isBound, own, coarse, noise }] of Object.entries(found)) {
    expect(own.exact, id).toBe(!isBound);
    expect(own.bits, id).toBeGreaterThan(0);
    expect(own.bits, id).toBeLessThan(2 * known);
    // In 4 bits it is another model, though a near one.
    expect(coarse, id).not.toBe(own.bits);
    expect(Math.abs(coarse - own.bits), id).toBeLessThan(1);
    expect(noise, id).toBeGreaterThan(own.bits + 1);
  }
});

test('link() is the address that draws a state', async ({ page }) => {
  await visit(page);
  const link = await page.evaluate((model) => globalThis.pushforward.link({ model, seed: 9, class: 2, t: 0.25 }), MODEL);
  expect(link.startsWith(new URL('./', page.url()).href)).toBe(true);
  await visit(page, link);
  const parts = new URLSearchParams(await fragment(page));
  expect(Object.fromEntries(parts)).toMatchObject({ model: MODEL, seed: '9', class: '2', t: '0.25' });
});

test('before the engine is here, interpolate() and link() say what to wait for', async ({ page }) => {
  const said = await page.evaluate(async () => {
    const { Pushforward } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    const early = new Pushforward();
    const say = (call) => {
      try {
        return call();
      } catch (error) {
        return error.message;
      }
    };
    return [say(() => early.interpolate({ from: [0], to: [1], t: 0, mode: 'lerp' })), say(() => early.link({}))];
  });
  for (const message of said) expect(message).toContain('await ready()');
});

test('a signal aborts: before, while waiting, and with its own reason', async ({ page }) => {
  const results = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    await pushforward.generate({ model, seed: 0 });
    const name = (promise) => promise.then(() => 'drawn', (error) => error.name ?? error);
    const aborted = await name(pushforward.generate({ model, seed: 1, signal: AbortSignal.abort() }));
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const waiting = controllers.map(({ signal }, seed) => name(pushforward.generate({ model, seed, signal })));
    await new Promise((resolve) => { setTimeout(resolve); });
    controllers.slice(1, 19).forEach((controller) => controller.abort());
    const names = await Promise.all(waiting);
    const own = new AbortController();
    const reason = name(pushforward.generate({ model, seed: 1, signal: own.signal }));
    own.abort('changed my mind');
    return { aborted, names, reason: await reason };
  }, MODEL);
  expect(results.aborted).toBe('AbortError');
  expect(results.names.at(19)).toBe('drawn');
  expect(results.names.filter((name) => name === 'AbortError').length).toBeGreaterThan(15);
  expect(results.reason).toBe('changed my mind');
});

test('a signal ends an inversion and a likelihood between two steps, and what waits behind them comes', async ({ page }) => {
  await beforeWorker(
    page,
    `const steps = [];
     for (const what of ['invert', 'likelihood']) {
       const begin = Engine.prototype[what];
       Engine.prototype[what] = function (...asked) {
         const way = begin.apply(this, asked);
         const { advance, free } = way;
         const seen = { what, steps: way.steps, taken: 0, freed: 0 };
         steps.push(seen);
         way.advance = () => (seen.taken++, postMessage({ type: 'taken', taken: seen.taken }), advance.call(way));
         way.free = () => (seen.freed++, free.call(way));
         return way;
       };
     }
     addEventListener('message', ({ data }) => data.type === 'tell' && data.port.postMessage(steps));`,
  );
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...message) {
      globalThis.worker = this;
      globalThis.tell = (...what) => postMessage.apply(this, what);
      return postMessage.apply(this, message);
    };
  });
  await visit(page);
  const { names, before, steps } = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const model = 'diffusion-fashion';
    const { image } = await pushforward.generate({ model, seed: 3, steps: 2 });
    const name = (promise) => promise.then(() => 'done', (error) => error.name);
    const before = await name(pushforward.encode({ model, image, signal: AbortSignal.abort() }));
    const names = [];
    for (const call of ['encode', 'bitsPerDim']) {
      const controller = new AbortController();
      // Two steps are taken when it is aborted.
      globalThis.worker.addEventListener('message', ({ data }) => data.type === 'taken' && data.taken === 2 && controller.abort());
      names.push(await name(pushforward[call]({ model, image, signal: controller.signal })));
      await pushforward.generate({ model: 'vae-fashion', seed: 1 });
    }
    const steps = await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      globalThis.tell({ type: 'tell', port: port2 }, [port2]);
    });
    return { names, before, steps };
  });
  expect(before).toBe('AbortError');
  expect(names).toEqual(['AbortError', 'AbortError']);
  for (const { what, steps: all, taken, freed } of steps) {
    expect(all, what).toBeGreaterThan(5);
    expect(taken, what).toBeLessThan(6);
    expect(freed, what).toBe(1);
  }
  expect(steps.map(({ what }) => what)).toEqual(['invert', 'likelihood']);
});

test('a model without a control ignores it', async ({ page }) => {
  const plain = await drawn(page, { model: MODEL, seed: 1 });
  const asked = await drawn(page, { model: MODEL, seed: 1, steps: 5, guidance: 99, temperature: 0.1, sampler: 'teleport', noiseSeed: 7 });
  expect(difference(plain, asked)).toBe(0);
});

test('an error thrown by onFrame rejects the request', async ({ page }) => {
  const said = await page.evaluate(
    (model) =>
      globalThis.pushforward
        .generate({ model, seed: 1, onFrame: () => { throw new Error('no room for it'); } })
        .catch((error) => error.message),
    MODEL,
  );
  expect(said).toBe('no room for it');
});

test('close() rejects what is unfinished, and the next call starts anew', async ({ page }) => {
  await visit(page);
  const before = await drawn(page, { model: MODEL, seed: 1 });
  const said = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    const request = pushforward.generate({ model, seed: 1 }).catch((error) => error.name);
    await new Promise((resolve) => { setTimeout(resolve); });
    pushforward.close();
    return request;
  }, MODEL);
  expect(said).toBe('AbortError');
  expect(difference(await drawn(page, { model: MODEL, seed: 1 }), before)).toBe(0);
});
