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
