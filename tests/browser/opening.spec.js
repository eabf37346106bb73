// The first minute: the opening that moves, what a link says on arrival, the picture that comes along on a phone, the families two by two.

import { expect, test } from '@playwright/test';
import { expectDrawn, fragment, pixels, settled, visit } from './visitor.js';

const CLOUD = '#opening canvas';
const LAYOUT = { tag: '@layout' };

/** What a canvas shows, as text that can be compared. */
const shown = (page) => page.locator(CLOUD).evaluate((canvas) => canvas.toDataURL());

/** Where the components stand, in pixels from the corner of the opening. */
const places = (page) =>
  page.locator('#opening').evaluate((section) => {
    const box = section.querySelector('canvas').getBoundingClientRect();
    return [...section.querySelectorAll('.component .dot')].map((dot) => {
      const { x, y, width, height } = dot.getBoundingClientRect();
      return [x + width / 2 - box.x, y + height / 2 - box.y];
    });
  });

test('the opening moves before the engine is here, and yields at the first touch', async ({ page }) => {
  await page.route('**/*.wasm', () => {});
  await page.goto('./');
  await expect(page.locator('#opening .component')).toHaveCount(3);
  const first = await shown(page);
  await expect.poll(() => shown(page)).not.toBe(first);
  const wandering = await places(page);
  await expect.poll(() => places(page)).not.toEqual(wandering);
  await page.locator('h1').click();
  await page.waitForTimeout(100);
  const resting = await places(page);
  await page.waitForTimeout(300);
  expect(await places(page)).toEqual(resting);
});

test('a component follows the hand and the keys, and the samples follow it', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await visit(page);
  const before = await shown(page);
  const dot = page.locator('#opening .component').first();
  const { x, y, width, height } = await dot.locator('.dot').boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 30, y + height / 2 - 20, { steps: 4 });
  await page.mouse.up();
  const after = await dot.locator('.dot').boundingBox();
  expect(Math.abs(after.x - x - 30)).toBeLessThan(1.5);
  expect(Math.abs(after.y - y + 20)).toBeLessThan(1.5);
  const dragged = await shown(page);
  expect(dragged).not.toBe(before);
  const value = Number(await dot.getAttribute('aria-valuenow'));
  await dot.press('ArrowRight');
  expect(Number(await dot.getAttribute('aria-valuenow'))).toBeCloseTo(value + 0.1, 3);
  expect(await shown(page)).not.toBe(dragged);
  for (let i = 0; i < 12; i++) await dot.press('Shift+ArrowRight');
  await expect(dot).toHaveAttribute('aria-valuenow', '2.6');
});

test('the opening stands still where somebody wants less motion, and where it is told to', async ({ page }) => {
  await visit(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.waitForTimeout(100);
  const paused = await shown(page);
  await page.waitForTimeout(200);
  expect(await shown(page)).toBe(paused);
  await page.getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => shown(page)).not.toBe(paused);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForTimeout(100);
  const still = await shown(page);
  await page.waitForTimeout(200);
  expect(await shown(page)).toBe(still);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeHidden();
});

test('who comes with nothing sees the opening and the picture in one view; on a phone the opening', LAYOUT, async ({ page }) => {
  await visit(page);
  const bottom = async (selector) => {
    const { y, height } = await page.locator(selector).boundingBox();
    return y + height;
  };
  for (const part of ['#opening', '#families', '#plane svg', '#picture .stage']) expect(await bottom(part), part).toBeLessThanOrEqual(900);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await bottom('#opening .stage')).toBeLessThanOrEqual(844);
});

test('who comes by a link is told what it shows, and can make it their own; the opening stands below', async ({ page }) => {
  await visit(page, './#model=gan-fashion&version=2&class=1&seed=5&to=6&t=0.35');
  const said = page.locator('#arrival');
  await expect(said).toContainText('This link shows: Trouser, 35 % from A to B, sampled by Generative adversarial network on your device.');
  const [opening, main] = await Promise.all(['#opening', 'main'].map((part) => page.locator(part).boundingBox()));
  expect(opening.y).toBeGreaterThan(main.y + main.height);
  const before = await pixels(page);
  await page.getByRole('button', { name: 'Make it yours' }).click();
  await settled(page);
  await expect(said).toBeHidden();
  expect(await pixels(page)).not.toEqual(before);
  expect(await fragment(page)).toContain('model=gan-fashion&');
  expect(await fragment(page)).toContain('class=1');
  expect(await fragment(page)).not.toMatch(/seed=5&/);
});

test('what a link shows can be closed; with nothing in the address nothing is said', async ({ page }) => {
  await visit(page, './#seed=5&at=1,1');
  await expect(page.locator('#arrival')).toContainText('off the path');
  await page.getByRole('button', { name: 'Close this sentence' }).click();
  await expect(page.locator('#arrival')).toBeHidden();
  await page.goto('about:blank');
  await visit(page);
  await expect(page.locator('#arrival')).toBeHidden();
});

test('on a phone the picture comes along while the hand changes it out of sight', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, './#model=diffusion-fashion&seed=5&steps=2');
  const companion = page.locator('#companion');
  await page.locator('#slider').scrollIntoViewIfNeeded();
  await page.locator('#strip').evaluate((strip) => strip.scrollIntoView({ block: 'start' }));
  await expect(companion).toBeHidden();
  await page.locator('#slider input').press('ArrowRight');
  await expect(companion).toBeVisible();
  await settled(page);
  const small = await pixels(page, '#companion canvas');
  expectDrawn(small);
  expect(small).toEqual(await pixels(page));
  await companion.click();
  await expect(companion).toBeHidden();
  await expect(page.locator('#picture .stage')).toBeInViewport();
});

test('the families stand two by two, and each leads to its pictures', async ({ page }) => {
  await visit(page);
  await page.locator('#kinds').scrollIntoViewIfNeeded();
  const table = page.locator('#kinds table');
  await expect(table.getByRole('button')).toHaveCount(7);
  const cards = await page.evaluate(() => globalThis.pushforward.models());
  for (const { name } of cards) await expect(table.getByRole('button', { name: new RegExp(`^${name}`) })).toHaveCount(1);
  await expect(table.getByRole('button', { name: 'Generative adversarial network' })).toHaveAttribute('aria-pressed', 'true');
  await table.getByRole('button', { name: 'Codes with a causal prior' }).click();
  await settled(page);
  await expect(page.getByRole('radio', { name: /^Codes/ })).toBeChecked();
  await expect(page.locator('#picture .stage')).toBeInViewport();
});

test('once a model is here, samples of it arrive where points are carried, also where nothing moves', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // Of the ink of the page on the right half of the drawing, how much there is.
  const inkOf = () => page.locator('#opening canvas').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(canvas.width / 2, 0, canvas.width / 2, canvas.height);
    return data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + alpha / 255, 0);
  });
  let free = () => {};
  const held = new Promise((resolve) => { free = resolve; });
  await page.route('**/weights.bpk', async (route) => { await held; await route.continue(); });
  await page.goto('./');
  await expect.poll(inkOf).toBeGreaterThan(100);
  const points = await inkOf();
  free();
  await expect.poll(inkOf).toBeGreaterThan(2 * points);
});
