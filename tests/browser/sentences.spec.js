// Sentences: what is said is drawn, links carry it, and nothing that can be typed does harm.

import { expect, test } from '@playwright/test';
import { act, difference, drawn, expectDrawn, fragment, manySettled, nearOwn, pixels, settled, visit } from './visitor.js';

const MODEL = 'emoji';
const SIDE = 32;
/** Few steps, so that the tests are quick. */
const LINK = `#model=${MODEL}&seed=5&to=6&steps=3&guidance=2`;

const field = (page) => page.getByRole('textbox', { name: 'Prompt', exact: true });
const other = (page) => page.getByRole('textbox', { name: 'Prompt at B' });
const many = (page) => page.locator('#many button:has(canvas)');
const said = async (page) => new URLSearchParams(await fragment(page));

/** What the API draws of a sentence, the rest as in LINK. */
const told = (page, condition, seed = 5) => drawn(page, { model: MODEL, seed, condition, steps: 3, guidance: 2, noiseSeed: 5 });

test('what is typed is drawn, and the link draws it again', async ({ page }) => {
  await visit(page, LINK);
  const anything = await pixels(page);
  expectDrawn(anything, SIDE);
  await field(page).pressSequentially('red heart');
  await settled(page);
  const heart = await pixels(page);
  expectDrawn(heart, SIDE);
  expect(difference(heart, anything)).toBeGreaterThan(30);
  expect(difference(heart, await told(page, { prompt: 'red heart' }))).toBe(0);
  const link = await fragment(page);
  expect(link).toContain('prompt=red%20heart');
  await expect(page.locator('#many-title .subject')).toHaveText('“red heart”');

  const again = await page.context().newPage();
  await visit(again, `#${link}`);
  await expect(field(again)).toHaveValue('red heart');
  expect(difference(await pixels(again), heart)).toBe(0);
});

test('who types is shown sketches, and the last of them is finished', async ({ page }) => {
  await visit(page, LINK.replace('steps=3', 'steps=12'));
  await field(page).pressSequentially('yellow star', { delay: 30 });
  await settled(page);
  const expected = await drawn(page, { model: MODEL, seed: 5, condition: { prompt: 'yellow star' }, steps: 12, guidance: 2, noiseSeed: 5 });
  expect(difference(await pixels(page), expected)).toBe(0);
});

test('one sentence, many pictures, of which any can be taken', async ({ page }) => {
  await visit(page, `${LINK}&prompt=cat&draws=100`);
  await manySettled(page);
  const row = await Promise.all(Array.from({ length: 16 }, (_, i) => pixels(page, `#many button:nth-child(${i + 1}) canvas`)));
  row.forEach((picture) => expectDrawn(picture, SIDE));
  expect(new Set(row.map(String)).size).toBe(16);
  expect(difference(row[3], await told(page, { prompt: 'cat' }, 103))).toBe(0);

  await many(page).nth(3).click();
  await settled(page);
  expect((await said(page)).get('seed')).toBe('103');
  expect(difference(await pixels(page), row[3])).toBe(0);
  await expect(many(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
  await many(page).nth(5).click({ modifiers: ['Shift'] });
  await settled(page);
  expect(Object.fromEntries(await said(page))).toMatchObject({ seed: '103', to: '105', t: '1' });
  expect(difference(await pixels(page), row[5])).toBe(0);

  await page.getByRole('button', { name: 'Sample again' }).click();
  expect((await said(page)).get('draws')).toBe('116');
  await manySettled(page);
  expect(row.map(String)).not.toContain(String(await pixels(page, '#many button:first-child canvas')));
});

test('the way leads from one sentence to another', async ({ page }) => {
  await visit(page, `${LINK}&prompt=cat&t=1`);
  const cat = await pixels(page);
  await other(page).fill('dog');
  await settled(page);
  const dog = await pixels(page);
  expect(difference(cat, dog)).toBeGreaterThan(10);
  expect(await fragment(page)).toContain('toprompt=dog');
  await page.evaluate(() => (location.hash = location.hash.replace(/&t=1/, '&t=0.5')));
  await settled(page);
  const half = await pixels(page);
  expect(difference(half, cat)).toBeGreaterThan(10);
  expect(difference(half, dog)).toBeGreaterThan(10);
  await expect(page.locator('#picture .said')).toContainText('“cat” to “dog”');
});

test('a style is chosen by name, and in the link', async ({ page }) => {
  await visit(page, `${LINK}&prompt=cat`);
  const any = await pixels(page);
  await page.locator('#classes').getByText('Twemoji', { exact: true }).click();
  await settled(page);
  expect((await said(page)).get('style')).toBe('twemoji');
  const twemoji = await pixels(page);
  expect(difference(twemoji, any)).toBeGreaterThan(5);
  const style = await page.evaluate(async () => (await globalThis.pushforward.models()).find(({ id }) => id === 'emoji').styles.indexOf('twemoji'));
  expect(difference(twemoji, await told(page, { prompt: 'cat', style }))).toBe(0);
});

test('an example is a click away', async ({ page }) => {
  await visit(page, LINK);
  await page.locator('#say').getByRole('button', { name: '微笑的猫' }).click();
  await settled(page);
  await expect(field(page)).toHaveValue('微笑的猫');
  expect((await said(page)).get('prompt')).toBe('微笑的猫');
});

test('only a model that is told what to draw asks', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await expect(page.locator('#say')).toBeHidden();
  await page.getByRole('radio', { name: /^Latent diffusion/ }).check({ force: true });
  await settled(page);
  await expect(field(page)).toBeVisible();
  await expect(page.locator('#classes')).toContainText('Style');
});

/** Puts these kinds of data on the clipboard, a picture among them if asked. */
async function copy(page, texts, picture) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(
    async ([texts, picture]) => {
      const canvas = new OffscreenCanvas(40, 40);
      const context = canvas.getContext('2d');
      context.fillStyle = 'red';
      context.fillRect(0, 0, 20, 40);
      const kinds = Object.entries(texts).map(([type, text]) => [type, new Blob([text], { type })]);
      if (picture) kinds.push(['image/png', await canvas.convertToBlob()]);
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(kinds))]);
    },
    [texts, picture],
  );
}

test('cells of a spreadsheet, a text and a picture of it, are pasted into the sentence as text', async ({ page }) => {
  await visit(page, LINK);
  await nearOwn(page);
  const pad = await pixels(page, '#own .easel canvas');
  await copy(page, { 'text/plain': 'red rose', 'text/html': '<table><tr><td>red rose</table>' }, true);
  await field(page).focus();
  await page.evaluate(() => scrollTo(0, 0));
  await page.keyboard.press('Control+v');
  await expect(field(page)).toHaveValue('red rose');
  await settled(page);
  expect(difference(await pixels(page), await told(page, { prompt: 'red rose' }))).toBe(0);
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expect(difference(await pixels(page, '#own .easel canvas'), pad)).toBe(0);
  await expect(page.locator('#own')).not.toHaveClass(/drawn/);
  await expect(page.locator('#notices')).toBeEmpty();
});

test('a picture without a text is a picture, wherever it is pasted', async ({ page }) => {
  await visit(page, LINK);
  await nearOwn(page);
  // As browsers copy a picture of a page.
  await copy(page, { 'text/html': '<img src="https://example.com/cat.png">' }, true);
  await field(page).focus();
  await page.keyboard.press('Control+v');
  await expect(page.locator('#own')).toHaveClass(/drawn/);
  await expect(field(page)).toHaveValue('');
});

const ODD = ['<img src=x onerror=alert(1)>', '"&seed=9#', '%00%ff', '\u202eesrever', '🐱'.repeat(20), 'е́'.repeat(9), ' ', '٣ قطط', '\u{10ffff}', 'ﷺ'.repeat(30)];

test('whatever is typed is text, and is drawn', async ({ page }) => {
  // A page is opened for each.
  test.slow();
  page.on('dialog', () => expect.soft(false, 'nothing may be executed').toBe(true));
  await visit(page, LINK);
  for (const odd of ODD) {
    await field(page).fill(odd);
    await settled(page);
    expectDrawn(await pixels(page), SIDE);
    expect((await said(page)).get('prompt') ?? '').toBe(odd);
    if (odd.trim()) await expect(page.locator('#many-title .subject')).toHaveText(`“${odd}”`);
    await expect(page.locator('main img')).toHaveCount(0);
    const link = await fragment(page);
    const again = await page.context().newPage();
    await visit(again, `#${link}`);
    await expect(again.locator('#notices')).toBeEmpty();
    await expect(field(again)).toHaveValue(odd);
    expect(difference(await pixels(again), await pixels(page))).toBe(0);
    await again.close();
  }
});

test('a sentence too long is cut, whether it is typed or comes in a link of 100 kB', async ({ page }) => {
  await visit(page, LINK);
  await field(page).fill(`${'猫'.repeat(300)}\u0000`);
  await expect(page.locator('#notices')).toContainText('200 characters');
  await expect(field(page)).toHaveValue('猫'.repeat(200));
  await field(page).fill('cat');
  await expect(page.locator('#notices')).toBeEmpty();

  for (const long of ['<b>cat</b> '.repeat(9_000), encodeURIComponent('🐱').repeat(9_000), `%`.repeat(100_000)]) {
    await page.evaluate((hash) => (location.hash = hash), `${LINK}&prompt=${long}`);
    await expect(page.locator('#notices')).toContainText(/prompt.*200/);
    await expect(page.locator('#notices b')).toHaveCount(0);
    await settled(page);
    expectDrawn(await pixels(page), SIDE);
    await act(page);
    expect((await fragment(page)).length).toBeLessThan(3_000);
    expect([...(await field(page).inputValue())].length).toBeLessThanOrEqual(200);
    expect((await page.locator('#notices').innerText()).length).toBeLessThan(500);
    await page.evaluate((hash) => (location.hash = hash), LINK);
    await expect(page.locator('#notices')).toBeEmpty();
  }
});

const BAD = [
  ['style=cubist', /style.*noto.*cubist/],
  ['draws=-1', /draws.*-1/],
  ['class=3', /class.*3/],
];

for (const [bad, complaint] of BAD) {
  test(`a link with ${bad}: a message and a picture`, async ({ page }) => {
    await visit(page, `${LINK}&prompt=cat&${bad}`);
    await expect(page.locator('#notices')).toContainText(complaint);
    expectDrawn(await pixels(page), SIDE);
    await act(page);
    expect(await fragment(page)).not.toContain(bad);
  });
}
