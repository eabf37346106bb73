// Pictures of many steps: seen to grow, aborted at any step, sketched while things move, and noise that is painted over.

import { expect, test } from '@playwright/test';
import { beforeWorker, difference, drawn, expectDrawn, fragment, manySettled, mapped, pixels, settled, stripSettled, visit } from './visitor.js';

const MODEL = 'diffusion-fashion';
const LINK = `#model=${MODEL}&class=9&seed=5&to=6&steps=6`;

/** Counts the trajectories that the worker starts, ends and frees, what is asked of each, and the pictures that leave it. */
const COUNTING = `
  const runs = { started: 0, freed: 0, steps: [], looks: [], sent: [] };
  const { start: begin } = Engine.prototype;
  Engine.prototype.start = function (...request) {
    const run = begin.apply(this, request);
    runs.started++;
    const look = { model: request[0], steps: run.steps, picture: 0, predicted: 0, choices: 0 };
    runs.looks.push(look);
    const { free, advance } = run;
    run.free = () => (runs.freed++, free.call(run));
    run.advance = () => (runs.steps.push(request[0]), advance.call(run));
    for (const what of ['picture', 'predicted', 'choices']) {
      const ask = run[what];
      run[what] = () => (look[what]++, ask.call(run));
    }
    return run;
  };
  const send = self.postMessage.bind(self);
  self.postMessage = (message, ...more) => {
    if (message.data || message.value?.data) runs.sent.push({ id: message.id, type: message.type });
    return send(message, ...more);
  };
  addEventListener('message', ({ data }) => data.type === 'tell' && data.port.postMessage(runs));`;

async function runs(page) {
  return page.evaluate(() => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    globalThis.tell({ type: 'tell', port: port2 }, [port2]);
  }));
}

/** Makes the page able to ask its worker. */
async function counting(page) {
  await beforeWorker(page, COUNTING);
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (...message) {
      globalThis.tell = (...what) => postMessage.apply(this, what);
      return postMessage.apply(this, message);
    };
  });
}

test('onFrame sees every step with what is predicted there; the last is the picture', async ({ page }) => {
  await page.goto('./');
  const { frames, last } = await page.evaluate(async (model) => {
    const frames = [];
    const onFrame = (image, step, steps, predicted, attempt) => frames.push({ step, steps, data: String(image.data), predicted: predicted?.width ?? null, attempt });
    const { image } = await globalThis.pushforward.generate({ model, seed: 1, steps: 4, onFrame, frames: 4, predicted: true });
    return { frames, last: String(image.data) };
  }, MODEL);
  expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(frames.every(({ steps, attempt }) => steps === 4 && attempt === 1)).toBe(true);
  // At the last step the picture itself is there.
  expect(frames.map(({ predicted }) => predicted)).toEqual([28, 28, 28, null]);
  expect(new Set(frames.map(({ data }) => data)).size).toBe(4);
  expect(frames[3].data).toBe(last);
});

test('a model of one step foresees nothing', async ({ page }) => {
  await page.goto('./');
  const predicted = await page.evaluate(async () => {
    let seen;
    const onFrame = (...frame) => { seen = frame[3]; };
    await globalThis.pushforward.generate({ model: 'vae-fashion', seed: 1, onFrame, predicted: true });
    return seen;
  });
  expect(predicted).toBe(null);
});

test('the autoregressive model writes a row a step, and what is written stays', async ({ page }) => {
  await page.goto('./');
  const { frames, image } = await page.evaluate(async () => {
    const frames = [];
    const onFrame = (picture) => frames.push([...picture.data]);
    const request = { model: 'autoregressive-fashion', seed: 5, condition: { class: 9 } };
    const { image } = await globalThis.pushforward.generate({ ...request, onFrame, frames: 28 });
    return { frames, image: [...image.data] };
  });
  const row = 28 * 4;
  expect(frames).toHaveLength(28);
  frames.forEach((frame, i) => {
    expect(frame.slice(0, (i + 1) * row)).toEqual(image.slice(0, (i + 1) * row));
    expect(new Set(frame.slice((i + 1) * row))).toEqual(new Set(i < 27 ? [0, 255] : []));
  });
  expectDrawn(image);
});

test('guidance and temperature of the autoregressive model are in its link, which redraws the picture', async ({ page }) => {
  const link = '#model=autoregressive-fashion&class=8&seed=5&to=6&guidance=3&temperature=0.5';
  await visit(page, link);
  const options = { model: 'autoregressive-fashion', seed: 5, condition: { class: 8 } };
  const picture = await pixels(page);
  expect(difference(picture, await drawn(page, { ...options, guidance: 3, temperature: 0.5 }))).toBe(0);
  expect(difference(picture, await drawn(page, options))).toBeGreaterThan(0);
  expect(await fragment(page)).toContain('guidance=3&temperature=0.5');
  await expect(page.getByRole('slider', { name: 'Guidance' })).toHaveAttribute('aria-valuetext', '3.0');
});

test('a picture of many steps is seen to grow, and its way stays', async ({ page }) => {
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      globalThis.said = [];
      const time = document.querySelector('#picture .time');
      new MutationObserver(() => {
        globalThis.said.push([time.textContent, document.querySelector('.predicted').hidden]);
      }).observe(time, { childList: true, characterData: true, subtree: true });
    });
  });
  await visit(page, LINK);
  const said = await page.evaluate(() => globalThis.said);
  for (let step = 1; step < 6; step++) expect(said).toContainEqual([`Step ${step} of 6.`, false]);
  expect(said.at(-1)[0]).toMatch(/^Drawn in 6 steps, [\d.]+ ms\.$/);
  await expect(page.locator('.predicted')).toBeHidden();
  const frames = [];
  for (let i = 1; i <= 6; i++) frames.push(await pixels(page, `#trajectory canvas:nth-child(${i})`));
  expect(new Set(frames.map(String)).size).toBe(6);
  expect(difference(frames[5], await pixels(page))).toBe(0);
  await expect(page.locator('#trajectory canvas').nth(2)).toHaveAttribute('aria-label', 'After step 3 of 6');

  await page.getByRole('radio', { name: 'Variational' }).check({ force: true });
  await settled(page);
  await expect(page.locator('#trajectory')).toBeHidden();
});

test('cancelled at every step: the request rejects, the run is freed, the next picture is right', async ({ page }) => {
  await counting(page);
  await visit(page, '#model=vae-fashion&seed=5');
  const whole = await drawn(page, { model: MODEL, seed: 3, steps: 4 });
  for (let at = 1; at <= 4; at++) {
    const said = await page.evaluate(
      async ([model, at]) => {
        const controller = new AbortController();
        const onFrame = (_image, step) => step === at && controller.abort();
        return globalThis.pushforward
          .generate({ model, seed: 3, steps: 4, onFrame, frames: 4, signal: controller.signal })
          .then(() => 'drawn', (error) => error.name);
      },
      [MODEL, at],
    );
    // At the last step the picture is already there: either answer is right.
    if (at < 4) expect(said).toBe('AbortError');
    expect(difference(await drawn(page, { model: MODEL, seed: 3, steps: 4 }), whole)).toBe(0);
  }
  await expect.poll(async () => { const { started, freed } = await runs(page); return started - freed; }).toBe(0);
});

test('what nobody sees is not rendered, and the last picture leaves the worker once', async ({ page }) => {
  await counting(page);
  await visit(page, LINK);
  await stripSettled(page);
  await manySettled(page);
  // Of the page's own pictures one is watched; of those in rows nobody sees more than the last.
  const { looks } = await runs(page);
  const watched = looks.filter(({ picture, predicted }) => picture > 1 || predicted > 0);
  expect(looks.length).toBeGreaterThan(20);
  expect(watched).toHaveLength(1);
  expect(watched[0]).toMatchObject({ steps: 6, picture: 6, predicted: 5 });

  const { began, told } = await page.evaluate(async (model) => {
    const { pushforward } = globalThis;
    const asked = { model, seed: 1, steps: 60 };
    await pushforward.generate(asked);
    const told = [];
    const began = performance.now();
    await pushforward.generate({ ...asked, onFrame: (_image, step, _steps, predicted) => told.push({ step, predicted, at: performance.now() - began }) });
    return { began: performance.now() - began, told };
  }, MODEL);
  const { looks: all, sent } = await runs(page);
  const [quiet, seen] = all.slice(-2);
  expect(quiet).toMatchObject({ picture: 1, predicted: 0, choices: 0 });
  expect(seen.predicted).toBe(0);
  expect(seen.picture).toBe(told.length);
  // No more than a display shows, but the first and the last in any case.
  expect(told.length).toBeLessThanOrEqual(2 + began / (1000 / 60));
  expect([told[0].step, told.at(-1).step]).toEqual([1, 60]);
  const last = sent.at(-1).id;
  expect(sent.filter(({ id }) => id === last)).toHaveLength(told.length);
  expect(sent.filter(({ id }) => id === last - 1)).toEqual([{ id: last - 1, type: 'done' }]);
});

test('another family chosen mid-trajectory: the way is left, its run freed, and the next picture is right', async ({ page }) => {
  await counting(page);
  await visit(page, '#model=vae-fashion&class=9&seed=5');
  const before = await pixels(page);
  await page.evaluate(() => (location.hash = '#model=diffusion-fashion&class=9&seed=5&steps=100'));
  await expect(page.locator('#picture .time')).toContainText('of 100');
  await page.getByRole('radio', { name: 'Variational' }).check({ force: true });
  await settled(page);
  expect(difference(await pixels(page), before)).toBe(0);
  await stripSettled(page);
  // Pictures of one step are begun together, and freed when the last of them is there.
  await mapped(page);
  const { started, freed, steps } = await runs(page);
  expect(started).toBe(freed);
  expect(steps.filter((model) => model === MODEL).length).toBeLessThan(100);
});

test('while the point is dragged few steps sketch the picture, at rest all draw it', async ({ page }) => {
  await visit(page, `#model=${MODEL}&class=9&seed=5&to=6&steps=12`);
  await page.evaluate(() => {
    globalThis.said = new Set();
    const time = document.querySelector('#picture .time');
    new MutationObserver(() => globalThis.said.add(time.textContent.replace(/, .*/, ''))).observe(time, { childList: true, characterData: true, subtree: true });
  });
  const slider = page.locator('#slider input');
  const box = await slider.boundingBox();
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 20; i++) {
    await page.mouse.move(box.x + box.width * (0.1 + i * 0.03), box.y + box.height / 2);
    await page.waitForTimeout(50);
  }
  await page.mouse.up();
  await settled(page);
  const said = await page.evaluate(() => [...globalThis.said]);
  expect(said).toContain('Sketched in 4 steps.');
  expect(said).toContain('Drawn in 12 steps');
  const t = Number(new URLSearchParams(await fragment(page)).get('t'));
  const again = await page.evaluate(async ([model, t]) => {
    const { pushforward } = globalThis;
    const [from, to] = await Promise.all([5, 6].map(async (seed) => (await pushforward.generate({ model, seed, steps: 1 })).latent));
    const latent = pushforward.interpolate({ from, to, t, mode: 'slerp' });
    return [...(await pushforward.generate({ model, latent, condition: { class: 9 }, steps: 12 })).image.data];
  }, [MODEL, t]);
  expect(difference(await pixels(page), again)).toBe(0);
});

test('a family with a number of steps of its own follows a drag too', async ({ page }) => {
  await visit(page, '#model=codes-fashion&class=9&seed=5&to=6');
  const slider = page.locator('#slider input');
  await slider.focus();
  const seen = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(50);
    if (/Sketched/.test(await page.locator('#picture .time').textContent())) seen.add(String(await pixels(page)));
  }
  expect(seen.size).toBeGreaterThan(1);
  await settled(page);
  await expect(page.locator('#picture .time')).toContainText('Drawn in 7 steps');
});

test('the strip comes after the picture and gives way to any change', async ({ page }) => {
  await visit(page, LINK);
  await page.locator('#classes').getByText('Bag').click();
  await settled(page);
  expect(difference(await pixels(page), await drawn(page, { model: MODEL, seed: 5, condition: { class: 8 }, steps: 6 }))).toBe(0);
  await stripSettled(page);
  expect(difference(await pixels(page, '#strip button:nth-child(1) canvas'), await pixels(page))).toBe(0);
});

test('noise is painted with the pointer, drawn anew, and undone', async ({ page }) => {
  await visit(page, LINK);
  const [noise, picture] = [await pixels(page, '#noise canvas'), await pixels(page)];
  await expect(page.getByRole('button', { name: 'New noise' })).toBeDisabled();
  const box = await page.locator('#noise canvas').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  const painted = await pixels(page, '#noise canvas');
  expect(difference(painted, noise)).toBeGreaterThan(20);
  // The corners were not touched.
  expect(painted.slice(0, 40)).toEqual(noise.slice(0, 40));
  expect(difference(await pixels(page), picture)).toBeGreaterThan(10);
  await expect(page.locator('#noise canvas')).toHaveAttribute('aria-label', /\d+ of its 784 coordinates painted over/);

  await page.getByRole('button', { name: 'New noise' }).click();
  await settled(page);
  expect(difference(await pixels(page, '#noise canvas'), painted)).toBeGreaterThan(20);
  expect(await fragment(page)).toMatch(/mask=.*&brush=\d+$/);

  await page.getByRole('button', { name: 'Undo all' }).click();
  await settled(page);
  expect(await pixels(page, '#noise canvas')).toEqual(noise);
  expect(difference(await pixels(page), picture)).toBe(0);
  expect(await fragment(page)).not.toContain('mask');
});

test('noise is painted by keys, and what is there is said', async ({ page }) => {
  await visit(page, LINK);
  const noise = await pixels(page, '#noise canvas');
  await page.locator('#noise .easel').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press(' ');
  await expect(page.locator('#noise .said')).toHaveText(/^Row 11, column 14: −?\d\.\d\d, painted over\.$/);
  await settled(page);
  expect(difference(await pixels(page, '#noise canvas'), noise)).toBeGreaterThan(10);
});
