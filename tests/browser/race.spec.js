// The race: every family from one seed under one condition, each with a clock of its own.

import { expect, test } from '@playwright/test';
import { beforeWorker, difference, drawn, expectDrawn, PANICS_AT_13, pixels, settled, visit } from './visitor.js';

const LINK = '#model=vae-fashion&class=7&seed=5&to=6';

/** Comes near the race, which is loaded then. */
async function near(page) {
  await visit(page, LINK);
  await page.locator('#race').scrollIntoViewIfNeeded();
}

const lanes = (page) => page.locator('#race tbody tr');
const start = (page) => page.getByRole('button', { name: 'Start the race' });
const again = (page) => page.getByRole('button', { name: 'Again, ten times slower' });
const picture = (page, lane) => pixels(page, `#race tbody tr:nth-child(${lane + 1}) canvas`);
const families = (page) => page.evaluate(async () => (await globalThis.pushforward.models()).filter(({ dataset }) => dataset.name === 'Fashion-MNIST'));

test('every family comes home with the picture that it draws alone', async ({ page }) => {
  await near(page);
  const cards = await families(page);
  await expect(lanes(page)).toHaveCount(cards.length);
  await start(page).click();
  await expect(again(page)).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('#race .home')).toHaveCount(cards.length);
  await expect(page.locator('#race .said')).toContainText(/^First: .+, after [\d.]+ m?s\. Last: .+ times as long\.$/);
  for (const [lane, { id, name }] of cards.entries()) {
    const row = lanes(page).nth(lane);
    await expect(row.getByRole('rowheader')).toHaveText(name);
    await expect(row.locator('.clock')).toHaveText(/^[\d.]+ m?s$/);
    await expect(row.locator('.passes')).toHaveText(/^(\d+) of \1$/);
    const came = await picture(page, lane);
    expectDrawn(came);
    expect(difference(came, await drawn(page, { model: id, seed: 5, condition: { class: 7 }, noiseSeed: 5 }))).toBe(0);
  }
});

test('a race is shown again, slower, with the same end', async ({ page }) => {
  await near(page);
  await start(page).click();
  await expect(again(page)).toBeVisible({ timeout: 60_000 });
  const count = await lanes(page).count();
  const clocks = await page.locator('#race .clock').allTextContents();
  await again(page).click();
  await expect(page.locator('#race .home')).not.toHaveCount(count);
  await expect(page.locator('#race .home')).toHaveCount(count, { timeout: 60_000 });
  expect(await page.locator('#race .clock').allTextContents()).toEqual(clocks);
});

test('lanes take turns: whichever had the least time is next', async ({ page }) => {
  await near(page);
  const { frames, times } = await page.evaluate(async () => {
    const frames = [];
    const lanes = ['diffusion-fashion', 'flow-fashion', 'diffusion-fashion'].map((model) => ({ model, seed: 1, steps: 9 }));
    const times = await globalThis.pushforward.race({ lanes, frames: 100, onFrame: (lane, { step, steps, milliseconds }) => frames.push({ lane, step, steps, milliseconds }) });
    return { frames, times };
  });
  const clocks = [NaN, NaN, NaN];
  const home = [false, false, false];
  for (const { lane, step, steps, milliseconds } of frames) {
    // What starting took is seen with the first step only.
    if (!clocks.includes(NaN)) expect(clocks[lane]).toBe(Math.min(...clocks.filter((_, other) => !home[other])));
    clocks[lane] = milliseconds;
    home[lane] = step === steps;
  }
  expect(times.map((time, lane) => time === clocks[lane])).toEqual([true, true, true]);
});

test('another class ends a race, and the next picture is right', async ({ page }) => {
  await near(page);
  // The weights of the last one do not arrive, so that the race goes on.
  await page.route('**/models/codes-fashion/weights.bpk', () => {});
  await start(page).click();
  await expect(page.locator('#race .clock').first()).toBeAttached();
  await expect(start(page)).toBeDisabled();
  await page.locator('#classes').getByText('Dress', { exact: true }).click();
  await settled(page);
  await expect(start(page)).toBeEnabled();
  await expect(page.locator('#race .home')).toHaveCount(0);
  expect(difference(await pixels(page), await drawn(page, { model: 'vae-fashion', seed: 5, condition: { class: 3 } }))).toBe(0);
});

test('weights that do not arrive: a message, and another start', async ({ page }) => {
  await near(page);
  await page.route('**/models/gan-fashion/weights.bpk', (route) => route.abort());
  await start(page).click();
  await expect(page.locator('#notices')).toContainText('gan-fashion');
  await expect(start(page)).toBeEnabled();
  await page.unroute('**/models/gan-fashion/weights.bpk');
  await start(page).click();
  await expect(again(page)).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('#notices')).toBeEmpty();
});

test('weights held back hold up nothing else: the other lanes come home, and an arrow is answered within 50 ms', async ({ page }) => {
  // How many steps of others the worker takes between hearing of the picture and its step.
  await beforeWorker(
    page,
    `let heard = null;
     const waited = [];
     const { start: begin } = Engine.prototype;
     Engine.prototype.start = function (...asked) {
       const run = begin.apply(this, asked);
       const { advance } = run;
       run.advance = () => {
         const others = heard;
         if (others !== null) heard = asked[0] === 'vae-fashion' ? null : others + 1;
         if (others !== null && heard === null) waited.push(others);
         return advance.call(run);
       };
       return run;
     };
     addEventListener('message', ({ data }) => {
       if (data.type === 'generate') heard = 0;
       if (data.type === 'tell') data.port.postMessage(waited);
     });`,
  );
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...message) {
      globalThis.tell = (...what) => postMessage.apply(this, what);
      return postMessage.apply(this, message);
    };
  });
  await near(page);
  const cards = await families(page);
  await page.route('**/models/codes-fashion/weights.bpk', () => {});
  // From the key to the picture on its canvas.
  await page.evaluate(() => {
    globalThis.answers = [];
    let pressed = null;
    addEventListener('keydown', ({ timeStamp }) => { pressed = timeStamp; }, { capture: true });
    const canvas = document.querySelector('#picture .stage > canvas');
    const { putImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.putImageData = function (...image) {
      putImageData.apply(this, image);
      if (this.canvas !== canvas || pressed === null) return;
      globalThis.answers.push(performance.now() - pressed);
      pressed = null;
    };
  });
  const press = async (count) => {
    await page.evaluate(() => { globalThis.answers = []; });
    await page.locator('.point').focus();
    for (let i = 0; i < count; i++) {
      await page.keyboard.press(i % 2 ? 'ArrowRight' : 'ArrowLeft');
      await page.waitForFunction((count) => globalThis.answers.length === count, i + 1);
      await page.waitForTimeout(100);
    }
    return page.evaluate(() => globalThis.answers.toSorted((a, b) => a - b));
  };
  await start(page).click();
  // Its own lane is home at once.
  await expect(lanes(page).first()).toHaveClass('home');
  const running = await press(9);
  const waited = await page.evaluate(() => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    globalThis.tell({ type: 'tell', port: port2 }, [port2]);
  }));
  // However slow the machine: a picture waits for the end of a step, and for no more.
  expect(waited.length).toBeGreaterThanOrEqual(9);
  expect(Math.max(...waited.slice(-9))).toBeLessThanOrEqual(1);
  await expect(page.locator('#race .home')).toHaveCount(cards.length - 1, { timeout: 60_000 });
  await expect(start(page)).toBeDisabled();
  const held = await press(9);
  test.info().annotations.push({ type: 'milliseconds', description: `running ${running.map(Math.round)}, held ${held.map(Math.round)}` });
  expect(held[4]).toBeLessThanOrEqual(50);
});

test('a race that is begun anew tells everything anew', async ({ page }) => {
  await beforeWorker(page, PANICS_AT_13);
  await visit(page, LINK);
  const { frames, choices } = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    // Long enough for the other request to come in its middle.
    const lanes = [{ model: 'diffusion-fashion', seed: 1, steps: 60 }, { model: 'gan-fashion', seed: 1 }];
    await pushforward.race({ lanes });
    const frames = [];
    let broken = null;
    const onFrame = (lane, { step, attempt }) => {
      frames.push({ lane, step, attempt });
      // Another request breaks the engine in the middle of this one.
      if (lane === 0 && step === 3) broken ??= pushforward.generate({ model: 'vae-fashion', latent: [13, ...Array(15).fill(0)], priority: 'immediate' }).catch((error) => error);
    };
    await pushforward.race({ lanes, frames: 60, onFrame });
    const choices = [];
    broken = null;
    const onChoices = (_choices, step, _steps, attempt) => {
      choices.push({ step, attempt });
      if (step === 3) broken ??= pushforward.generate({ model: 'vae-fashion', latent: [13, ...Array(15).fill(0)], priority: 'immediate' }).catch((error) => error);
    };
    await pushforward.generate({ model: 'autoregressive-fashion', seed: 1, onChoices });
    return { frames, choices };
  });
  const of = (told, attempt) => told.filter((one) => one.attempt === attempt).map(({ step }) => step);
  const all = (steps) => Array.from({ length: steps }, (_, i) => i + 1);
  expect(of(choices, 1).slice(0, 3)).toEqual([1, 2, 3]);
  expect(of(choices, 2)).toEqual(all(28));
  expect(of(frames.filter(({ lane }) => lane === 0), 2)).toEqual(all(60));
  expect(of(frames.filter(({ lane }) => lane === 1), 2)).toEqual([1]);
});

test('a model that has nobody to race with does not', async ({ page }) => {
  await visit(page, '#model=emoji&steps=2');
  await expect(page.locator('#race')).toBeHidden();
});
