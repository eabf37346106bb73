// A page whose script never comes says so by itself, in both languages; files.spec.js has it at an address without its last slash.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { settled } from './visitor.js';

async function expectUnreached(page) {
  const said = page.locator('#unreached');
  await expect(said).toContainText('opened as a file it needs a web server');
  await expect(said.getByText('需要一个网络服务器')).toBeVisible();
  expect(await said.evaluate((element) => element.getBoundingClientRect().right <= innerWidth)).toBe(true);
}

test('opened as a file', async ({ page }) => {
  await page.goto(pathToFileURL(resolve('dist/index.html')).href);
  await expectUnreached(page);
});

test('where its script is lost on the way', async ({ page }) => {
  await page.route('**/*.js', (route) => route.abort());
  await page.goto('./');
  await expectUnreached(page);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('it is said, too', async ({ page }) => {
    await page.goto('./');
    await expect(page.locator('#unreached')).toBeVisible();
  });
});

test('nothing of that is seen where the script is only slow', async ({ page }) => {
  await page.route('**/www/main.js', async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, 3000); });
    await route.continue();
  });
  await page.goto('./', { waitUntil: 'commit' });
  await expect(page.locator('.masthead h1')).toBeVisible();
  await expect(page.locator('#unreached')).toBeHidden();
  await settled(page);
  await expect(page.locator('#unreached')).toHaveCount(0);
});
