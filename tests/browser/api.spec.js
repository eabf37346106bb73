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

/** Which of the two a value out of bounds is, is a matter of taste. */
const BOTH = /^(TypeError|RangeError)$/;

const MISUSE = [
  ['generate', 'undefined', 'TypeError', /expected an object/],
  ['generate', '{}', 'TypeError', /model: expected/],
  ['generate', '{ model: 7 }', 'TypeError', /model: expected/],
  ['generate', "{ model: 'gpt' }", 'RangeError', /expected one of vae-fashion/],
  ['generate', '{ model, sead: 1 }', 'TypeError', /unknown option "sead"/],
  ['generate', "{ model, seed: '1' }", 'TypeError', /seed: expected an integer/],
  ['generate', '{ model, seed: -1 }', 'RangeError', /seed.*4294967295/],
  ['generate', '{ model, seed: 1.5 }', 'RangeError', /seed.*(integer|whole number)/],
  ['generate', '{ model, seed: NaN }', 'RangeError', /seed/],
  ['generate', '{ model, seed: 2 ** 32 }', 'RangeError', /seed/],
  ['generate', '{ model, seed: 1, latent: new Float32Array(16) }', 'TypeError', /not both/],
  ['generate', '{ model, latent: new Float32Array(15) }', BOTH, /16.*15|15.*16/],
  ['generate', '{ model, latent: new Float32Array(0) }', BOTH, /16/],
  ['generate', '{ model, latent: new Float32Array(16).fill(NaN) }', BOTH, /finite/],
  ['generate', '{ model, latent: new Float32Array(16).fill(Infinity) }', BOTH, /finite/],
  ['generate', "{ model, latent: 'zzzzzzzzzzzzzzzz' }", 'TypeError', /latent: expected/],
  ['generate', '{ model, latent: Array(16).fill("1") }', 'TypeError', /latent: expected/],
  ['generate', '{ model, condition: { class: 10 } }', 'RangeError', /class.*10/],
  ['generate', '{ model, condition: { class: -1 } }', 'RangeError', /class.*-1/],
  ['generate', '{ model, condition: { class: 0.5 } }', 'RangeError', /class/],
  ['generate', '{ model, condition: { class: NaN } }', 'RangeError', /class/],
  ['generate', "{ model, condition: 'Trouser' }", 'TypeError', /condition: expected "any", { class: number } or/],
  ['generate', '{ model, condition: 3 }', 'TypeError', /condition: expected "any", { class: number } or/],
  ['generate', "{ model, steps: 'many' }", 'TypeError', /steps: expected/],
  ['generate', '{ model, steps: 0 }', 'RangeError', /steps/],
  ['generate', '{ model, onFrame: 1 }', 'TypeError', /onFrame: expected a function/],
  ['generate', '{ model, signal: {} }', 'TypeError', /signal: expected an AbortSignal/],
  ['generate', '{ model, steps: 0.5 }', 'RangeError', /steps.*whole number.*0\.5/],
  ['generate', '{ model, steps: NaN }', 'RangeError', /steps.*NaN/],
  ['generate', '{ model: iterative, steps: -1 }', 'RangeError', /steps.*-1/],
  ['generate', '{ model: iterative, steps: 1e9 }', 'RangeError', /steps from 1 to 100, got 1000000000/],
  ['generate', '{ model: iterative, guidance: NaN }', 'RangeError', /guidance from 0 to 8, got NaN/],
  ['generate', '{ model: iterative, guidance: 9 }', 'RangeError', /guidance from 0 to 8, got 9/],
  ['generate', "{ model: iterative, guidance: '1' }", 'TypeError', /guidance: expected a number/],
  ['generate', '{ model, temperature: null }', 'TypeError', /temperature: expected a number, got null/],
  ['generate', "{ model: iterative, sampler: 'teleport' }", 'RangeError', /sampler: expected one of multistep, ddim, heun, ancestral/],
  ['generate', '{ model: iterative, sampler: 1 }', 'TypeError', /sampler: expected a string/],
  ['generate', '{ model: iterative, noiseSeed: -1 }', 'RangeError', /noiseSeed.*-1/],
  ['generate', '{ model: iterative, latent: new Float32Array(16) }', BOTH, /784.*16/],
  ['generate', '{ model: iterative, condition: { class: 10 } }', 'RangeError', /class.*10/],
  ['link', '{ model: iterative, steps: 0 }', 'RangeError', /steps.*from 1 to 100.*0/],
  ['link', '{ model: iterative, guidance: NaN }', 'RangeError', /guidance.*NaN/],
  ['link', "{ model: iterative, mask: 'AAAA' }", 'RangeError', /mask.*784/],
  ['generate', '{ model: iterative, strength: 0.5 }', 'TypeError', /strength needs an image/],
  ['generate', '{ model: iterative, image: 1 }', 'TypeError', /image: expected an ImageData/],
  ['generate', '{ model: iterative, image: new ImageData(28, 28), strength: 1.5 }', 'RangeError', /strength from 0 to 1, got 1.5/],
  ['generate', '{ model: iterative, image: new ImageData(30, 30) }', 'RangeError', /28/],
  ['generate', '{ model, image: new ImageData(28, 28) }', 'RangeError', /vae-fashion cannot begin with a picture/],
  ['generate', "{ model, condition: { prompt: 'cat' } }", 'TypeError', /narrowed by a class, got a prompt/],
  ['generate', "{ model: 'emoji', condition: { prompt: 5 } }", 'TypeError', /condition/],
  ['generate', "{ model: 'emoji', condition: { class: 5 } }", 'TypeError', /narrowed by a prompt, got a class/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', style: 7 } }", 'RangeError', /styles 0 to 6, got 7/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', tone: 7 } }", 'TypeError', /unknown option "tone"/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', towards: { prompt: 'dog', t: 2 } } }", 'RangeError', /a mix from 0 to 1, got 2/],
  ['link', "{ model: 'emoji', prompt: 'x'.repeat(201) }", 'RangeError', /200/],
  ['link', "{ model: 'emoji', style: 'cubist' }", 'RangeError', /style.*noto.*cubist/],
  ['race', '{ lanes: [] }', 'TypeError', /lanes: expected an array of at least one/],
  ['race', '{ lanes: [{ model }, { model, seed: -1 }] }', 'RangeError', /seed.*-1/],
  ['race', '{ lanes: [{ model, signal: null }] }', 'TypeError', /race\(\): unknown option "signal"/],
  ['race', '{ lanes: [{ model: iterative }, { model: iterative, steps: 0 }] }', 'RangeError', /steps/],
  ['bitsPerDim', '{ model, image: 1 }', 'TypeError', /image: expected an ImageData/],
  ['bitsPerDim', "{ model, image: new ImageData(28, 28), precision: 'q5' }", 'RangeError', /precision.*q8, q4.*q5/],
  ['bitsPerDim', "{ model: 'gan-fashion', image: new ImageData(28, 28) }", 'RangeError', /gan-fashion has no likelihood/],
  ['bitsPerDim', '{ model, image: new ImageData(28, 28), condition: { class: 11 } }', 'RangeError', /class.*11/],
  ['encode', '{ model }', 'TypeError', /image: expected an ImageData/],
  ['encode', '{ model: iterative, image: new ImageData(28, 28), guidance: 9 }', 'RangeError', /guidance from 0 to 8, got 9/],
  ['encode', '{ model, image: new ImageData(27, 28) }', 'RangeError', /28/],
  ['encode', "{ model: 'gpt', image: new ImageData(28, 28) }", 'RangeError', /expected one of vae-fashion/],
  ['interpolate', '{ from: [0, 1], to: [1], t: 0.5, mode: "lerp" }', BOTH, /length|2.*1|1.*2/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: NaN, mode: "slerp" }', BOTH, /t\b.*NaN|finite/],
  ['interpolate', '{ from: [0, NaN], to: [1, 0], t: 0.5, mode: "slerp" }', BOTH, /finite/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: 0.5, mode: "crawl" }', BOTH, /lerp/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: "0.5", mode: "lerp" }', 'TypeError', /t: expected a number/],
  ['link', 'null', 'TypeError', /expected a state/],
  ['link', '{ model, seed: -1 }', BOTH, /seed/],
  ['link', '{ model, seed: 1, class: 10 }', BOTH, /class/],
  ['link', "{ model: 'gpt', seed: 1 }", BOTH, /model|gpt/],
  ['link', '{ model, seed: 1, t: NaN }', BOTH, /\bt\b/],
];

test('misuse rejects, and says what was expected', async ({ page }) => {
  await page.evaluate(() => globalThis.pushforward.ready());
  for (const [call, argument, name, said] of MISUSE) {
    const error = await page.evaluate(
      async ([call, argument]) => {
        const value = new Function('model', 'iterative', `return (${argument})`)('vae-fashion', 'diffusion-fashion');
        try {
          await globalThis.pushforward[call](value);
          return 'no error';
        } catch (error) {
          return { name: error.name, message: error.message, is: error instanceof globalThis[error.name] };
        }
      },
      [call, argument],
    );
    expect.soft(error, `${call}(${argument})`).toMatchObject({
      name: name instanceof RegExp ? expect.stringMatching(name) : name,
      message: expect.stringMatching(said),
      is: true,
    });
  }
  // And the engine is none the worse.
  expectDrawn(await drawn(page, { model: MODEL, seed: 1 }));
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

test('a panic in the engine fails that request alone: the worker is replaced', async ({ page }) => {
  await beforeWorker(
    page,
    `const { start: begin } = Engine.prototype;
     Engine.prototype.start = function (model, precision, image, latent, ...rest) {
       if (latent[0] === 13) throw new WebAssembly.RuntimeError('unreachable');
       return begin.call(this, model, precision, image, latent, ...rest);
     };`,
  );
  await visit(page);
  const before = await drawn(page, { model: MODEL, seed: 1 });
  const results = await page.evaluate(async (model) => {
    const unlucky = [13, ...Array(15).fill(0)];
    const requests = [{ seed: 1 }, { latent: unlucky }, { seed: 1 }, { seed: 1 }];
    const settled = await Promise.allSettled(requests.map((request) => globalThis.pushforward.generate({ model, ...request })));
    return settled.map(({ value, reason }) => (value ? [...value.image.data] : `${reason.name}: ${reason.message}`));
  }, MODEL);
  expect(results[1]).toMatch(/^Error: .*unreachable/);
  for (const i of [0, 2, 3]) expect(difference(results[i], before)).toBe(0);
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
