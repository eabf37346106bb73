// What goes wrong, by kind and code: requests that are wrong, weights that cannot be had, an engine that breaks.

import { expect, test } from '@playwright/test';
import { beforeWorker, difference, drawn, expectDrawn, PANICS_AT_13, visit } from './visitor.js';

const MODEL = 'vae-fashion';

test.beforeEach(({ page }) => page.goto('./'));

/** A call, its argument, the code of the error and what it says. */
const MISUSE = [
  ['generate', 'undefined', 'type', /expected an object/],
  ['generate', '{}', 'type', /model: expected/],
  ['generate', '{ model: 7 }', 'type', /model: expected/],
  ['generate', "{ model: 'gpt' }", 'model', /expected one of vae-fashion/],
  ['generate', '{ model, sead: 1 }', 'option', /unknown option "sead"/],
  ['generate', "{ model, seed: '1' }", 'type', /seed: expected an integer/],
  ['generate', '{ model, seed: -1 }', 'whole', /seed.*4294967295/],
  ['generate', '{ model, seed: 1.5 }', 'whole', /seed.*(integer|whole number)/],
  ['generate', '{ model, seed: NaN }', 'whole', /seed/],
  ['generate', '{ model, seed: 2 ** 32 }', 'whole', /seed/],
  ['generate', '{ model, seed: 1, latent: new Float32Array(16) }', 'both', /not both/],
  ['generate', '{ model, latent: new Float32Array(15) }', 'latent-length', /16.*15|15.*16/],
  ['generate', '{ model, latent: new Float32Array(0) }', 'latent-length', /16/],
  ['generate', '{ model, latent: new Float32Array(16).fill(NaN) }', 'latent-not-finite', /finite/],
  ['generate', '{ model, latent: new Float32Array(16).fill(Infinity) }', 'latent-not-finite', /finite/],
  ['generate', "{ model, latent: 'zzzzzzzzzzzzzzzz' }", 'type', /latent: expected/],
  ['generate', '{ model, latent: Array(16).fill("1") }', 'type', /latent: expected/],
  ['generate', '{ model, condition: { class: 10 } }', 'class', /class.*10/],
  ['generate', '{ model, condition: { class: -1 } }', 'whole', /class.*-1/],
  ['generate', '{ model, condition: { class: 0.5 } }', 'whole', /class/],
  ['generate', '{ model, condition: { class: NaN } }', 'whole', /class/],
  ['generate', "{ model, condition: 'Trouser' }", 'type', /condition: expected "any", { class: number } or/],
  ['generate', '{ model, condition: 3 }', 'type', /condition: expected "any", { class: number } or/],
  ['generate', "{ model, steps: 'many' }", 'type', /steps: expected/],
  ['generate', '{ model, steps: 0 }', 'whole', /steps/],
  ['generate', '{ model, onFrame: 1 }', 'type', /onFrame: expected a function/],
  ['generate', '{ model, signal: {} }', 'type', /signal: expected an AbortSignal/],
  ['generate', '{ model, steps: 0.5 }', 'whole', /steps.*whole number.*0\.5/],
  ['generate', '{ model, steps: NaN }', 'whole', /steps.*NaN/],
  ['generate', '{ model: iterative, steps: -1 }', 'whole', /steps.*-1/],
  ['generate', '{ model: iterative, steps: 1e9 }', 'range', /steps from 1 to 100, got 1000000000/],
  ['generate', '{ model: iterative, guidance: NaN }', 'range', /guidance from 0 to 8, got NaN/],
  ['generate', '{ model: iterative, guidance: 9 }', 'range', /guidance from 0 to 8, got 9/],
  ['generate', "{ model: iterative, guidance: '1' }", 'type', /guidance: expected a number/],
  ['generate', '{ model, temperature: null }', 'type', /temperature: expected a number, got null/],
  ['generate', "{ model: iterative, sampler: 'teleport' }", 'sampler', /sampler: expected one of multistep, ddim, heun, ancestral/],
  ['generate', '{ model: iterative, sampler: 1 }', 'type', /sampler: expected a string/],
  ['generate', '{ model: iterative, noiseSeed: -1 }', 'whole', /noiseSeed.*-1/],
  ['generate', '{ model: iterative, latent: new Float32Array(16) }', 'latent-length', /784.*16/],
  ['generate', '{ model: iterative, condition: { class: 10 } }', 'class', /class.*10/],
  ['link', '{ model: iterative, steps: 0 }', 'steps', /steps.*from 1 to 100.*0/],
  ['link', '{ model: iterative, guidance: NaN }', 'guidance', /guidance.*NaN/],
  ['link', "{ model: iterative, mask: 'AAAA' }", 'mask', /mask.*784/],
  ['generate', '{ model: iterative, strength: 0.5 }', 'strength', /strength needs an image/],
  ['generate', '{ model: iterative, image: 1 }', 'type', /image: expected an ImageData/],
  ['generate', '{ model: iterative, image: new ImageData(28, 28), strength: 1.5 }', 'range', /strength from 0 to 1, got 1.5/],
  ['generate', '{ model: iterative, image: new ImageData(30, 30) }', 'image-size', /28/],
  ['generate', '{ model, image: new ImageData(28, 28) }', 'no-image-to-image', /vae-fashion cannot begin with a picture/],
  ['generate', "{ model, condition: { prompt: 'cat' } }", 'condition-kind', /narrowed by a class, got a prompt/],
  ['generate', "{ model: 'emoji', condition: { prompt: 5 } }", 'type', /condition/],
  ['generate', "{ model: 'emoji', condition: { class: 5 } }", 'condition-kind', /narrowed by a prompt, got a class/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', style: 7 } }", 'style', /styles 0 to 6, got 7/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', tone: 7 } }", 'option', /unknown option "tone"/],
  ['generate', "{ model: 'emoji', condition: { prompt: 'cat', towards: { prompt: 'dog', t: 2 } } }", 'range', /a mix from 0 to 1, got 2/],
  ['link', "{ model: 'emoji', prompt: 'x'.repeat(201) }", 'prompt', /200/],
  ['link', "{ model: 'emoji', style: 'cubist' }", 'style', /style.*noto.*cubist/],
  ['race', '{ lanes: [] }', 'type', /lanes: expected an array of at least one/],
  ['race', '{ lanes: [{ model }, { model, seed: -1 }] }', 'whole', /seed.*-1/],
  ['race', '{ lanes: [{ model, signal: null }] }', 'option', /race\(\): unknown option "signal"/],
  ['race', '{ lanes: [{ model: iterative }, { model: iterative, steps: 0 }] }', 'whole', /steps/],
  ['bitsPerDim', '{ model, image: 1 }', 'type', /image: expected an ImageData/],
  ['bitsPerDim', "{ model, image: new ImageData(28, 28), precision: 'q5' }", 'precision', /precision.*q8, q4.*q5/],
  ['bitsPerDim', "{ model: 'gan-fashion', image: new ImageData(28, 28) }", 'no-likelihood', /gan-fashion has no likelihood/],
  ['bitsPerDim', '{ model, image: new ImageData(28, 28), condition: { class: 11 } }', 'class', /class.*11/],
  ['encode', '{ model }', 'type', /image: expected an ImageData/],
  ['encode', '{ model: iterative, image: new ImageData(28, 28), guidance: 9 }', 'range', /guidance from 0 to 8, got 9/],
  ['encode', '{ model, image: new ImageData(27, 28) }', 'image-size', /28/],
  ['encode', "{ model: 'gpt', image: new ImageData(28, 28) }", 'model', /expected one of vae-fashion/],
  ['interpolate', '{ from: [0, 1], to: [1], t: 0.5, mode: "lerp" }', 'latent-dimensions', /length|2.*1|1.*2/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: NaN, mode: "slerp" }', 'not-finite', /t\b.*NaN|finite/],
  ['interpolate', '{ from: [0, NaN], to: [1, 0], t: 0.5, mode: "slerp" }', 'not-finite', /finite/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: 0.5, mode: "crawl" }', 'mode', /lerp/],
  ['interpolate', '{ from: [0, 1], to: [1, 0], t: "0.5", mode: "lerp" }', 'type', /t: expected a number/],
  ['link', 'null', 'type', /expected a state/],
  ['link', '{ model, seed: -1 }', 'seed', /seed/],
  ['link', '{ model, seed: 1, class: 10 }', 'class', /class/],
  ['link', "{ model: 'gpt', seed: 1 }", 'model', /model|gpt/],
  ['link', '{ model, seed: 1, t: NaN }', 't', /\bt\b/],
];

test('misuse rejects, and says what was expected', async ({ page }) => {
  await page.evaluate(() => globalThis.pushforward.ready());
  for (const [call, argument, code, said] of MISUSE) {
    const error = await page.evaluate(
      async ([call, argument]) => {
        const value = new Function('model', 'iterative', `return (${argument})`)('vae-fashion', 'diffusion-fashion');
        const { RequestError } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
        try {
          await globalThis.pushforward[call](value);
          return 'no error';
        } catch (error) {
          return { name: error.name, kind: error.kind, code: error.code, details: typeof error.details, message: error.message, is: error instanceof RequestError };
        }
      },
      [call, argument],
    );
    const expected = { name: 'RequestError', kind: 'request', code, details: 'object', message: expect.stringMatching(said), is: true };
    expect.soft(error, `${call}(${argument})`).toMatchObject(expected);
  }
  // And the engine is none the worse.
  expectDrawn(await drawn(page, { model: MODEL, seed: 1 }));
});

test('weights that cannot be had are a WeightsError, and asking again tries again', async ({ page }) => {
  await page.route('**/models/gan-fashion/weights.bpk', (route) => route.abort());
  const ask = () => page.evaluate(async () => {
    const { WeightsError } = await import(new URL('www/api.js', document.querySelector('link[rel=preload]').href).href);
    return globalThis.pushforward.generate({ model: 'gan-fashion', seed: 1 }).then(
      () => 'drawn',
      (error) => [error instanceof WeightsError, error.kind, error.code, error.details.model],
    );
  });
  expect(await ask()).toEqual([true, 'weights', 'fetch', 'gan-fashion']);
  await page.unroute('**/models/gan-fashion/weights.bpk');
  expect(await ask()).toBe('drawn');
});

test('a panic in the engine fails that request alone: the worker is replaced', async ({ page }) => {
  await beforeWorker(page, PANICS_AT_13);
  await visit(page);
  const before = await drawn(page, { model: MODEL, seed: 1 });
  const results = await page.evaluate(async (model) => {
    const unlucky = [13, ...Array(15).fill(0)];
    const requests = [{ seed: 1 }, { latent: unlucky }, { seed: 1 }, { seed: 1 }];
    const settled = await Promise.allSettled(requests.map((request) => globalThis.pushforward.generate({ model, ...request })));
    return settled.map(({ value, reason }) => (value ? [...value.image.data] : `${reason.name}: ${reason.message}`));
  }, MODEL);
  expect(results[1]).toMatch(/^InternalError: .*unreachable/);
  for (const i of [0, 2, 3]) expect(difference(results[i], before)).toBe(0);
});
