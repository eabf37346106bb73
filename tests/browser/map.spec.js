// The map of the plane: what each place of it is carried to.

import { expect, test } from '@playwright/test';
import { difference, drawn, expectDrawn, manySettled, mapped, pixels, settled, square, stripSettled, visit } from './visitor.js';

const COUNT = 9;
const LINK = '#model=vae-fashion&class=3&seed=5&to=6';
const choice = (page) => page.getByRole('checkbox', { name: 'Show what each place is carried to' });

test('every square of the map is the picture of its middle', async ({ page }) => {
  await visit(page, LINK);
  await expect(choice(page)).toBeChecked();
  await mapped(page);
  // The origin is nobody's draw and everybody's middle.
  const middle = await square(page, 4, 4);
  expectDrawn(middle);
  const origin = await drawn(page, { model: 'vae-fashion', latent: Array(16).fill(0), condition: { class: 3 } });
  expect(difference(middle, origin)).toBe(0);
  // Where one clicks the picture is nearly that of the square, whose middle one may miss by a pixel.
  const drawing = page.locator('#plane svg');
  const { width } = await drawing.boundingBox();
  await drawing.click({ position: { x: (6.5 * width) / COUNT, y: (2.5 * width) / COUNT } });
  await settled(page);
  const here = await page.locator('#picture .stage > canvas').evaluate((canvas) => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]);
  const there = await square(page, 6, 2);
  const mean = (a, b) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
  expect(mean(here, there)).toBeLessThan(mean(here, middle) / 4);
});

test('another class is another map, another point is not', async ({ page }) => {
  await visit(page, LINK);
  await mapped(page);
  const dresses = await square(page, 2, 2);
  await page.evaluate(() => (location.hash = location.hash.replace('seed=5', 'seed=5&at=1,1')));
  await settled(page);
  await expect(page.locator('#plane .map')).not.toHaveClass(/stale/);
  expect(difference(await square(page, 2, 2), dresses)).toBe(0);
  await page.locator('#classes').getByText('Bag', { exact: true }).click();
  await settled(page);
  await expect.poll(async () => difference(await square(page, 2, 2), dresses)).toBeGreaterThan(30);
});

/** Chooses a model while no frame of the screen comes, and lets frames come again once everything is drawn. */
async function chooseUnseen(page, link, drawn) {
  await page.evaluate((link) => {
    const { requestAnimationFrame: original } = globalThis;
    const waiting = [];
    globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
    globalThis.letThrough = () => {
      globalThis.requestAnimationFrame = original;
      waiting.forEach((callback) => original(callback));
      return new Promise((resolve) => { original(() => original(resolve)); });
    };
    location.hash = link;
  }, link);
  await drawn();
  await page.evaluate(() => globalThis.letThrough());
}

test('what another model has drawn before the next frame of the screen stays', async ({ page }) => {
  await visit(page, LINK);
  await mapped(page);
  await stripSettled(page);
  await chooseUnseen(page, LINK.replace('vae', 'gan'), async () => {
    await expect(page.locator('#plane .map')).not.toHaveClass(/stale/);
    await manySettled(page);
    await page.waitForTimeout(1500);
  });
  const empty = [];
  for (let row = 0; row < COUNT; row++) for (let column = 0; column < COUNT; column++) if ((await square(page, column, row))[3] !== 255) empty.push([column, row]);
  expect(empty).toEqual([]);
});

test('the ways of the many that were drawn before the next frame of the screen stay', async ({ page }) => {
  await visit(page, LINK);
  await stripSettled(page);
  await chooseUnseen(page, '#model=codes-fashion&class=3&seed=5', () => manySettled(page));
  const first = '#many .grid button:first-child canvas';
  const picture = await pixels(page, first);
  const slider = page.locator('#many .film input');
  await slider.fill('0');
  await expect.poll(async () => String(await pixels(page, first))).not.toBe(String(picture));
});

test('where a picture takes many steps, the map is drawn for those who ask', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&class=3&seed=5&steps=1');
  await stripSettled(page);
  await expect(choice(page)).not.toBeChecked();
  await page.waitForTimeout(500);
  expect((await square(page, 4, 4))[3]).toBe(0);
  await choice(page).check();
  await mapped(page);
  await choice(page).uncheck();
  await expect(page.locator('#plane .map')).toBeHidden();
});
