// Figures of the npm package's element in pages of other people: what each view does by itself and under a hand.

import { expect, test } from '@playwright/test';
import { add as addTo, drawn, embedder, picture, said } from './embedder.js';
import { expectDrawn } from './visitor.js';

let site;

test.beforeAll(async () => {
  site = await embedder();
});

test.afterAll(() => site.close());

/** Adds a figure to a blank page. */
const add = (page, attributes, lang) => addTo(page, site.address, attributes, lang);

test('a figure out of sight asks for nothing, and goes on when it is back', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${site.address}far.html`);
  await page.waitForTimeout(500);
  expect(asked.filter((url) => /wasm|weights|embedded\/(figure|way)/.test(url))).toEqual([]);
  const figure = page.locator('push-forward');
  await figure.scrollIntoViewIfNeeded();
  await drawn(figure);
  expectDrawn(await picture(figure));
});

test('a race that leaves the sight is given up, and begins anew', async ({ page }) => {
  const figure = await add(page, { view: 'race', model: 'diffusion-fashion', models: 'autoregressive-fashion diffusion-fashion', steps: '100' });
  // It goes out of sight as soon as it is under way.
  const steps = () => figure.locator('.steps').last().textContent();
  await figure.evaluate((element) => new Promise((resolve) => {
    const look = () => {
      if (!element.shadowRoot.textContent.includes('of 100 steps')) return requestAnimationFrame(look);
      element.style.display = 'none';
      resolve();
    };
    look();
  }));
  await expect(figure).not.toHaveAttribute('aria-busy');
  const far = await steps();
  expect(far).not.toBe('100 of 100 steps');
  await page.waitForTimeout(500);
  expect(await steps()).toBe(far);
  expect(await said(figure, 'draw')).toEqual([]);
  expect(await said(figure, 'error')).toEqual([]);
  await figure.evaluate((element) => (element.style.display = ''));
  await expect.poll(() => said(figure, 'draw'), { timeout: 60_000 }).toHaveLength(1);
  expect(await steps()).toBe('100 of 100 steps');
  await expect(figure.locator('li.home')).toHaveCount(2);
});

test('the path: slider, keys and ends change t, and the host follows', async ({ page }) => {
  const figure = await add(page, { view: 'way', seed: '42', to: '7', t: '0.25', 'of-class': '7' });
  await drawn(figure);
  const slider = figure.getByRole('slider', { name: 'Position on the path from A to B' });
  await expect(slider).toHaveValue('0.25');
  await expect(slider).toHaveAttribute('aria-valuetext', '25 % from A to B');
  const before = await picture(figure);
  await slider.press('ArrowRight');
  await slider.press('Shift+ArrowRight');
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('t=0.36');
  expect(await figure.evaluate((element) => element.link)).toContain('t=0.36');
  expect(await figure.getAttribute('t')).toBe('0.25');
  expect(await picture(figure)).not.toEqual(before);
  await figure.getByRole('button', { name: 'Go to B' }).click();
  await expect(figure.getByText('Sneaker · Variational autoencoder · at B')).toBeVisible();
  expect(await picture(figure, 2)).toEqual(await picture(figure, 0));

  // An attribute counts again when it changes; what a hand has changed beside it stays.
  await figure.evaluate((element) => element.setAttribute('of-class', '1'));
  await expect.poll(() => figure.evaluate((element) => element.link)).toContain('class=1&seed=42&to=7&t=1');
  await figure.evaluate((element) => element.setAttribute('t', '0.5'));
  await expect(slider).toHaveValue('0.5');
  await figure.evaluate((element) => (element.link = 'https://example.org/#model=gan-fashion&version=2&seed=9&to=2&t=0.75&lang=zh'));
  await expect(slider).toHaveValue('0.75');
  await expect(figure.getByText('Any class · Generative adversarial network · 75 % from A to B')).toBeVisible();
  expect(await said(figure, 'message')).toEqual([]);
});

test('of a storm of changes the newest is drawn, whatever came before', async ({ page }) => {
  const figure = await add(page, { view: 'way', model: 'diffusion-fashion', seed: '42', to: '7' });
  await drawn(figure);
  const first = await picture(figure);
  const moved = (ts) => figure.locator('input').evaluate(async (input, ts) => {
    for (const t of ts) {
      input.value = String(t);
      input.dispatchEvent(new Event('input'));
      await new Promise((resolve) => { setTimeout(resolve, 16); });
    }
  }, ts);
  await moved(Array.from({ length: 50 }, (_, i) => (i + 1) / 50));
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('t=1');
  const links = await said(figure, 'draw');
  expect(links.length).toBeLessThan(6);
  // Back at once to what is there: what was on its way then does not take its place.
  await moved([0.5, 0]);
  await drawn(figure);
  await expect.poll(async () => JSON.stringify(await picture(figure)) === JSON.stringify(first)).toBe(true);
  await page.waitForTimeout(600);
  expect(await picture(figure)).toEqual(first);
});

test('the plane: the point is dragged and moved by keys, and is as large as a finger', async ({ page }) => {
  const figure = await add(page, { view: 'plane', seed: '42', to: '7' });
  await drawn(figure);
  const point = figure.getByRole('slider');
  const dot = await figure.locator('.dot').boundingBox();
  const [x, y] = [dot.x + dot.width / 2, dot.y + dot.height / 2];
  const grabs = (dx, dy) => figure.evaluate((element, [x, y]) => Boolean(element.shadowRoot.elementFromPoint(x, y)?.closest('.point')), [x + dx, y + dy]);
  expect(await Promise.all([[21, 0], [-21, 0], [0, 21], [0, -21]].map(([dx, dy]) => grabs(dx, dy)))).toEqual([true, true, true, true]);
  expect(await grabs(24, 0)).toBe(false);
  const before = await picture(figure);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 60, y - 40, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('at=');
  await drawn(figure);
  expect(await picture(figure)).not.toEqual(before);
  await expect(figure.locator('.typical')).toHaveCount(1);
  const at = () => figure.evaluate((element) => /at=([-\d.]+)(?:,|%2C)([-\d.]+)/.exec(element.link).slice(1).map(Number));
  const [across] = await at();
  await point.press('Shift+ArrowRight');
  expect((await at())[0]).toBeGreaterThan(across);
  await point.press('End');
  expect(await figure.evaluate((element) => element.link)).toContain('t=1');
  await expect(figure.getByText('|z| = ')).toBeVisible();
});

test('many: sixteen samples, each of a seed of its own, and sixteen others', async ({ page }) => {
  const figure = await add(page, { view: 'many', 'of-class': '8', draws: '100' });
  await drawn(figure);
  await expect(figure.getByRole('img', { name: 'Sample of seed 100' })).toBeVisible();
  await expect(figure.getByRole('img', { name: 'Sample of seed 115' })).toBeVisible();
  const before = await Promise.all(Array.from({ length: 16 }, (_, index) => picture(figure, index)));
  expect(new Set(before.map(String)).size).toBe(16);
  const alone = await page.evaluate(async () => {
    const { default: pushforward } = await import('../vendor/pushforward/www/api.js');
    return [...(await pushforward.generate({ model: 'vae-fashion', seed: 103, condition: { class: 8 } })).image.data];
  });
  expect(before[3]).toEqual(alone);
  await figure.getByRole('button', { name: 'Sample again' }).click();
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('draws=116');
  await expect(figure.getByText('seeds 116 to 131')).toBeVisible();
  expect(await picture(figure, 0)).not.toEqual(before[0]);
});

test('a race: the models that are asked for, or all of the data set, with steps and clocks', async ({ page }) => {
  const figure = await add(page, { view: 'race', models: 'vae-fashion nobody diffusion-fashion', 'of-class': '9' });
  await expect.poll(() => said(figure, 'draw'), { timeout: 60_000 }).toHaveLength(1);
  expect((await said(figure, 'message')).flat()).toEqual([expect.stringMatching(/^models: expected one of .*vae-fashion.*, got "nobody"$/)]);
  await expect(figure.locator('.steps')).toHaveText(['1 of 1 step', '25 of 25 steps']);
  await expect(figure.locator('.clock')).toHaveText([/^\d+(\.\d)? ms$/, /^\d+(\.\d)? m?s$/]);
  await expect(figure.getByText('Ankle boot · First: Variational autoencoder')).toBeVisible();
  await figure.getByRole('button', { name: 'Start again' }).click();
  await expect(figure).toHaveAttribute('aria-busy', 'true');
  await drawn(figure);
  await figure.evaluate((element) => element.removeAttribute('models'));
  await expect(figure.locator('li')).toHaveCount(6);
});

test('whoever wants less motion begins a race by hand', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const figure = await add(page, { view: 'race', models: 'vae-fashion gan-fashion' });
  await expect(figure.getByText('2 models, the same seed')).toBeVisible();
  await page.waitForTimeout(300);
  expect(await said(figure, 'draw')).toEqual([]);
  await figure.getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => said(figure, 'draw')).toHaveLength(1);
  expectDrawn(await picture(figure, 1));
});

test('an unknown view is said, and the picture is drawn', async ({ page }) => {
  const told = [];
  page.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  const figure = await add(page, { view: 'plan', seed: '42', 'of-class': '1' });
  await expect(figure).toHaveAttribute('role', 'img');
  expect(await said(figure, 'message')).toEqual([['view: expected one of picture, plane, many, way, race, got "plan"']]);
  expectDrawn(await picture(figure));
  expect((await figure.boundingBox()).width).toBe(168);
  expect(told.filter((text) => !text.includes('favicon'))).toEqual([]);

  // It becomes a figure, and a picture again.
  await figure.evaluate((element) => element.setAttribute('view', 'way'));
  await expect(figure.getByRole('slider')).toBeVisible();
  await expect(figure).not.toHaveAttribute('role');
  await figure.evaluate((element) => element.removeAttribute('view'));
  await expect(figure).toHaveAttribute('aria-label', 'Trouser (Variational autoencoder)');
  await expect(figure.locator('canvas')).toHaveCount(1);
});

test('a picture goes to a link, too', async ({ page }) => {
  const figure = await add(page, { seed: '42', 'of-class': '1' });
  await drawn(figure);
  expect(await figure.evaluate((element) => element.link)).toContain('class=1&seed=42');
  await figure.evaluate((element) => (element.link = '#model=gan-fashion&class=7&seed=3'));
  await expect(figure).toHaveAttribute('aria-label', 'Sneaker (Generative adversarial network)');
  await figure.evaluate((element) => element.setAttribute('of-class', '9'));
  await expect(figure).toHaveAttribute('aria-label', 'Ankle boot (Generative adversarial network)');
  expect((await said(figure, 'draw')).at(-1)).toContain('model=gan-fashion&version=2&class=9&seed=3');
});
