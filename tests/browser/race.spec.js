// The race: every family from one seed under one condition, each with a clock of its own.

import { expect, test } from '@playwright/test';
import { difference, drawn, expectDrawn, pixels, settled, visit } from './visitor.js';

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
    const times = await globalThis.pushforward.race({ lanes, onFrame: (lane, { step, steps, milliseconds }) => frames.push({ lane, step, steps, milliseconds }) });
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

test('a model that has nobody to race with does not', async ({ page }) => {
  await visit(page, '#model=emoji&steps=2');
  await expect(page.locator('#race')).toBeHidden();
});
