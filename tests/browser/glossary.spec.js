// The glossary: every term in both languages, with a source, and an address.

import { expect, test } from '@playwright/test';
import { GLOSSARY } from '../../www/words/glossary.js';
import { visit } from './visitor.js';

for (const lang of ['en', 'zh']) {
  test(`the glossary says every term and where it is from (${lang})`, async ({ page }) => {
    await visit(page, `./#seed=5&lang=${lang}`);
    await page.locator('#glossary').scrollIntoViewIfNeeded();
    await expect(page.locator('#glossary dt')).toHaveText(GLOSSARY.map((entry) => entry[lang][0]));
    await expect(page.locator('#glossary dd a')).toHaveCount(GLOSSARY.length);
    const { length } = GLOSSARY;
    expect(new Set(GLOSSARY.map(({ id }) => id)).size).toBe(length);
  });
}

test('an address leads to a term, and one of none leads nowhere', async ({ page }) => {
  await visit(page, './?term=typical-set');
  await expect(page.locator('#glossary .asked')).toBeInViewport();
  await expect(page.locator('#glossary .asked dt')).toHaveText('Typical set');
  await page.goto('about:blank');
  await visit(page, './?term=none');
  await expect(page.locator('#glossary dt')).toHaveCount(GLOSSARY.length);
  await expect(page.locator('#glossary .asked')).toHaveCount(0);
});

test('a term in a text shows its entry when it is pressed, and leads to the glossary', async ({ page }) => {
  await visit(page, './#seed=5');
  // They are marked for whoever begins to look around.
  await expect(page.locator('a.term')).toHaveCount(0);
  await page.mouse.move(300, 300);
  const term = page.locator('a.term', { hasText: /^typical set$/i });
  await term.click();
  const entry = page.locator('#terms');
  await expect(entry).toBeVisible();
  await expect(entry.locator('b')).toHaveText('Typical set');
  const box = await entry.boundingBox();
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.y + box.height).toBeLessThanOrEqual(900);
  await page.keyboard.press('Escape');
  await expect(entry).toBeHidden();
  // Each term is marked once at most, and by keys, too.
  const marked = await page.locator('a.term').evaluateAll((links) => links.map(({ href }) => new URL(href).search));
  expect(marked.length).toBeGreaterThan(4);
  expect(new Set(marked).size).toBe(marked.length);
  // So are the controls of a model that has them.
  await page.goto('about:blank');
  await visit(page, './#model=diffusion-fashion&seed=5&steps=2');
  await page.locator('#controls a.term', { hasText: 'Guidance' }).click();
  await expect(entry.locator('b')).toHaveText('Guidance scale');
  await page.keyboard.press('Escape');
  await term.press('Enter');
  await entry.getByRole('link').click();
  await expect(page.locator('#glossary .asked dt')).toHaveText('Typical set');
});
