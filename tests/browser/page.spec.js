// The page as a visitor finds it, on the CPU: picture, strip, classes, seeds, sharing.

import { expect, test } from '@playwright/test';
import { difference, drawn, expectDrawn, fragment, pixels, settled, stripSettled, visit } from './visitor.js';

test('draws a picture and says on which device', async ({ page }) => {
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await visit(page);
  expectDrawn(await pixels(page));
  await expect(page.locator('#device')).toContainText('Drawing on the CPU');
  await expect(page.locator('#picture figcaption')).toContainText(/Drawn in [\d.]+ ms/);
  await expect(page.locator('#notices')).toBeEmpty();
  await expect(page.locator('#loading')).toBeHidden();
  expect(problems).toEqual([]);
});

test('the picture is what the API draws for the same seed and class', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&class=1');
  const asked = await drawn(page, { model: 'vae-fashion', seed: 5, condition: { class: 1 } });
  expect(difference(await pixels(page), asked)).toBe(0);
});

test('the strip shows nine different pictures, its ends those of A and B', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&to=6&class=7');
  await stripSettled(page);
  const frames = [];
  for (let i = 1; i <= 9; i++) frames.push(await pixels(page, `#strip button:nth-child(${i}) canvas`));
  frames.forEach((picture) => expectDrawn(picture));
  expect(new Set(frames.map(String)).size).toBe(9);
  const b = await drawn(page, { model: 'vae-fashion', seed: 6, condition: { class: 7 } });
  expect(difference(frames[0], await pixels(page))).toBe(0);
  expect(difference(frames[8], b)).toBe(0);
  // A walk, not jumps: neighbours are nearer to each other than the ends are.
  const far = distance(frames[0], frames[8]);
  for (let i = 1; i < 9; i++) expect(distance(frames[i - 1], frames[i])).toBeLessThan(far);
});

test('a click on the strip goes there', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&to=6');
  await stripSettled(page);
  await page.locator('#strip button').nth(3).click();
  await settled(page);
  expect(difference(await pixels(page), await pixels(page, '#strip button:nth-child(4) canvas'))).toBe(0);
  expect(await fragment(page)).toContain('t=0.375');
  await expect(page.locator('#slider input')).toHaveValue('0.375');
  await expect(page.locator('#strip button').nth(3)).toHaveAttribute('aria-pressed', 'true');
});

test('a class narrows: another class, another picture; anything, another again', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  const pictures = [await pixels(page)];
  for (const name of ['Trouser', 'Ankle boot']) {
    await page.locator('#classes').getByText(name).click();
    await settled(page);
    await expect(page.locator('#picture .said')).toContainText(name);
    pictures.push(await pixels(page));
  }
  pictures.forEach((picture) => expectDrawn(picture));
  expect(new Set(pictures.map(String)).size).toBe(3);
  await page.locator('#classes').getByText('Anything').click();
  await settled(page);
  expect(difference(await pixels(page), pictures[0])).toBe(0);
});

test('arc and straight line share their ends and differ between', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&to=6&t=0.5');
  const arc = await pixels(page);
  await page.locator('.modes').getByText('Straight').click();
  await settled(page);
  expect(difference(await pixels(page), arc)).toBeGreaterThan(2);
  expect(await fragment(page)).toContain('mode=lerp');
  await page.locator('#strip button').first().click();
  await settled(page);
  const start = await drawn(page, { model: 'vae-fashion', seed: 5 });
  expect(difference(await pixels(page), start)).toBe(0);
});

test('seeds: a typed one and a rolled one draw their pictures', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&to=6');
  await page.getByLabel('A seed').fill('77');
  await page.getByLabel('A seed').press('Enter');
  await settled(page);
  expect(difference(await pixels(page), await drawn(page, { model: 'vae-fashion', seed: 77 }))).toBe(0);
  await page.getByRole('button', { name: 'Roll a new seed for B' }).click();
  await page.locator('#strip button').last().click();
  await settled(page);
  const seed = Number(await page.getByLabel('B seed').inputValue());
  expect(difference(await pixels(page), await drawn(page, { model: 'vae-fashion', seed }))).toBe(0);
});

for (const [typed, got] of [['-1', '“-1”'], ['4294967296', '“4294967296”'], ['1.5', '“1.5”'], ['', 'none']]) {
  test(`a seed of "${typed}" is refused with a message, and the old one stays`, async ({ page }) => {
    await visit(page, '#model=vae-fashion&seed=5&to=6');
    const before = await pixels(page);
    await page.getByLabel('A seed').fill(typed);
    await page.getByLabel('A seed').press('Enter');
    await expect(page.locator('#notices p')).toHaveText(`The seed of A: expected a whole number from 0 to 4294967295, got ${got}; it stays 5.`);
    await expect(page.getByLabel('A seed')).toHaveValue('5');
    expect(difference(await pixels(page), before)).toBe(0);
    // Another seed is no reason to complain any more.
    await page.getByRole('button', { name: 'Roll a new seed for A' }).click();
    await expect(page.locator('#notices')).toBeEmpty();
  });
}

test('the same link draws the same pixels twice, whoever opens it', async ({ browser, baseURL }) => {
  const looks = [
    { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ];
  const pictures = [];
  for (const look of looks) {
    const context = await browser.newContext({ baseURL, ...look });
    const page = await context.newPage();
    await visit(page, '#model=vae-fashion&class=3&seed=42&to=7&mode=slerp&at=1.25,-0.5');
    pictures.push(await pixels(page));
    await context.close();
  }
  pictures.forEach((picture) => expectDrawn(picture));
  expect(difference(...pictures)).toBe(0);
});

test('the shared link redraws the very picture that was on the page', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await visit(page, '?backend=cpu#model=vae-fashion&class=8&seed=11&to=12');
  const plane = await page.locator('#plane svg').boundingBox();
  await page.mouse.click(plane.x + plane.width * 0.31, plane.y + plane.height * 0.77);
  await settled(page);
  const sent = await pixels(page);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('at=');
  expect(new URL(link).search).toBe('');
  await context.close();

  const other = await browser.newContext();
  const friend = await other.newPage();
  await visit(friend, link);
  expectDrawn(sent);
  expect(difference(await pixels(friend), sent)).toBe(0);
  await expect(friend.locator('#notices')).toBeEmpty();
  await other.close();
});

test('without a clipboard the link is shown', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await visit(page, '#model=vae-fashion&seed=9');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.locator('#notices')).toContainText('#model=vae-fashion&seed=9');
});

test('a new fragment in the address is drawn at once', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await page.evaluate(() => (location.hash = '#model=vae-fashion&seed=6&class=2'));
  await expect(page.getByLabel('A seed')).toHaveValue('6');
  await expect(page.getByRole('radio', { name: 'Pullover' })).toBeChecked();
  await settled(page);
  const asked = await drawn(page, { model: 'vae-fashion', seed: 6, condition: { class: 2 } });
  expect(difference(await pixels(page), asked)).toBe(0);
});

test('a change that comes alone is soon in the address: who reloads loses nothing', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await page.waitForTimeout(400);
  const address = await page.getByRole('radio', { name: 'Bag' }).evaluate(async (radio) => {
    radio.click();
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    return location.hash;
  });
  expect(address).toContain('class=8');
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Bag' })).toBeChecked();
});

function distance(a, b) {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

test('in a frame the page is its picture, and the way to the whole', async ({ page }) => {
  await page.setViewportSize({ width: 300, height: 200 });
  await visit(page, './?embed=1#model=vae-fashion&class=3&seed=5');
  await expect(page.locator('h1, #families, #strip, #story-title, footer, #race, #own').filter({ visible: true })).toHaveCount(0);
  const box = await page.locator('#picture .stage > canvas').boundingBox();
  expect(box).toMatchObject({ y: 0, width: 200, height: 200 });
  await expect(page.getByRole('link', { name: 'Pushforward' })).toHaveAttribute('href', /\/#model=vae-fashion&class=3&seed=5/);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(200);
  expect(difference(await pixels(page), await drawn(page, { model: 'vae-fashion', seed: 5, condition: { class: 3 } }))).toBe(0);
});
