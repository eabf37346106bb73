// The tour: each step is done by doing what it says; it stands in the link, can be skipped, and speaks both languages.

import { expect, test } from '@playwright/test';
import { findings, fragment, settled, visit } from './visitor.js';

const step = (page) => page.locator('#tour .quiet');

/** Waits for a step, of ten. */
const at = (page, number) => expect(step(page)).toHaveText(`Step ${number} of 10`);

test('each step of the tour is completed by doing what it says, with the keyboard alone', async ({ page }) => {
  test.setTimeout(120_000);
  await visit(page);
  const start = page.getByRole('button', { name: 'Take the tour' });
  await expect(start).toBeEnabled();
  await start.press('Enter');
  await at(page, 1);
  await expect(page.locator('.toured')).toHaveId('plane');
  await page.locator('#plane .point').press('ArrowUp');
  await expect(page.locator('#tour')).toContainText('Done.');
  await at(page, 2);
  await page.locator('#slider input').press('End');
  await at(page, 3);
  await page.locator('#ends input[value=lerp]').check({ force: true });
  await at(page, 4);
  await page.getByRole('button', { name: 'Roll a new seed for B' }).press('Enter');
  await at(page, 5);
  await page.getByRole('radio', { name: 'Trouser' }).check({ force: true });
  await at(page, 6);
  await page.getByRole('button', { name: 'Sample again' }).press('Enter');
  await at(page, 7);
  await page.getByRole('radio', { name: /^Diffusion/ }).check({ force: true });
  await at(page, 8);
  await page.locator('#controls input[type=range]').first().press('Home');
  await at(page, 9);
  await page.getByRole('radio', { name: /^Autoregressive/ }).check({ force: true });
  await at(page, 10);
  await expect(page.locator('.toured')).toHaveId('share');
  await page.getByRole('button', { name: 'Finish' }).press('Enter');
  await expect(page.locator('#tour')).toBeHidden();
  await expect(page.locator('.toured')).toHaveCount(0);
  expect(await fragment(page)).not.toContain('tour');
});

test('the tour stands in the link, goes back, and is skipped and ended', async ({ page }) => {
  await visit(page, './#model=vae-fashion&seed=5&to=6&tour=3');
  await at(page, 3);
  await page.getByRole('button', { name: 'Back' }).click();
  await at(page, 2);
  expect(await fragment(page)).toContain('tour=2');
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('button', { name: 'Skip' }).click();
  await at(page, 4);
  await page.getByRole('button', { name: 'End the tour' }).click();
  await expect(page.locator('#tour')).toBeHidden();
  expect(await fragment(page)).not.toContain('tour');
});

test('a step that does not exist is the nearest, and the page says so', async ({ page }) => {
  await visit(page, './#model=vae-fashion&seed=5&to=6&tour=99');
  await at(page, 10);
  await expect(page.locator('#notices')).toContainText('tour: expected a whole number from 1 to 10');
});

test('a step that needs another family goes there', async ({ page }) => {
  await visit(page, './#model=emoji&prompt=cat&steps=2&seed=5&to=6&tour=5');
  await at(page, 5);
  await settled(page);
  await expect(page.getByRole('radio', { name: /^Variational/ })).toBeChecked();
});

for (const [colorScheme, width] of [['light', 1440], ['dark', 390]]) {
  test(`the tour in Chinese, ${colorScheme}, ${width} wide, has no accessibility finding and covers no more than it must`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await visit(page, './#model=vae-fashion&seed=5&to=6&tour=2&lang=zh');
    await expect(page.locator('#tour')).toContainText('第 2 步，共 10 步');
    expect(await findings(page)).toEqual([]);
    const card = await page.locator('#tour').boundingBox();
    expect(card.height).toBeLessThan(844 / 3);
    expect(card.x).toBeGreaterThanOrEqual(0);
    expect(card.x + card.width).toBeLessThanOrEqual(width);
    await expect(page.locator('#slider input')).toBeInViewport();
  });
}
