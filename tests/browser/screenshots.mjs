// Takes the screenshots of docs/screenshots/: what somebody sees who comes with nothing, the tour, a lesson, a family of one step, the race, the lessons and the bits, three families of many
// steps, and a sentence, desktop and phone, light and dark; and the first of them in Chinese. Prefixes of names as arguments:
// only these.

import { mkdir } from 'node:fs/promises';
import { chromium, expect } from '@playwright/test';
import { BASE_URL, launchOptions } from './browser.js';
import { manySettled, mapped, settled, withFaces } from './visitor.js';

const FOLDER = 'docs/screenshots';
/** What is shown, by the prefix of its files' names. */
const LINKS = {
  'opening-': './',
  'tour-': '#model=vae-fashion&class=9&seed=42&to=7&t=0.35&tour=2',
  '': '#model=vae-fashion&class=9&seed=42&to=7&t=0.35',
  'lesson-': '#model=vae-fashion&class=9&seed=3&to=8&mode=lerp&t=0.5&show=plane,picture,way&lock=model,class,seed,to&task=Where%20on%20the%20straight%20line%20is%20the%20latent%20too%20short%20to%20be%20a%20sample%3F&goal=norm~0~0.75,mode~lerp',
  'diffusion-': '#model=diffusion-fashion&class=9&seed=42&to=7&t=0.35',
  'autoregressive-': '#model=autoregressive-fashion&class=9&seed=42&to=7&t=0.35',
  'emoji-': '#model=emoji&prompt=cat%20with%20heart%20eyes&toprompt=purple%20apple&seed=42&to=7&t=0.35',
  'codes-': '#model=codes-fashion&class=9&seed=42&to=7&t=0.35',
  'chinese-': '#model=vae-fashion&class=9&seed=42&to=7&t=0.35&lang=zh',
  'flow-': '#model=flow-fashion&class=9&seed=42&to=7',
};
const SCREENS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};

/** Pictures of parts of the page that are drawn when somebody comes near them. */
async function parts(page, path) {
  await page.locator('#norms').scrollIntoViewIfNeeded();
  await expect(page.locator('#norms svg')).toHaveCount(1);
  await expect(page.locator('#norms .stale')).toHaveCount(0);
  await page.locator('.lessons').screenshot({ path: path('lessons') });
  // The card comes in above it.
  await page.locator('#model').scrollIntoViewIfNeeded();
  await expect(page.locator('#model dl')).toBeVisible();
  await page.locator('#precision figcaption').scrollIntoViewIfNeeded();
  await expect(page.locator('#precision')).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  await page.locator('#model').screenshot({ path: path('model') });
}

/** A race, run twice: the first one warms up. */
async function race(page, path) {
  await page.locator('#race').scrollIntoViewIfNeeded();
  for (let run = 0; run < 2; run++) {
    await page.getByRole('button', { name: 'Start the race' }).click();
    await expect(page.getByRole('button', { name: 'Again, ten times slower' })).toBeVisible({ timeout: 60_000 });
  }
  await page.locator('#race').screenshot({ path });
  console.log(path);
}

await mkdir(FOLDER, { recursive: true });
const browser = await chromium.launch(launchOptions());
const only = process.argv.slice(2);
for (const [prefix, link] of Object.entries(LINKS)) {
  if (only.length > 0 && !only.includes(prefix)) continue;
  for (const [name, screen] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ ...screen, colorScheme, baseURL: BASE_URL, reducedMotion: prefix === 'opening-' ? 'no-preference' : 'reduce' });
      const page = await context.newPage();
      await withFaces(page);
      await page.goto(link);
      await settled(page);
      await expect(page.locator('#strip .stale')).toHaveCount(0, { timeout: 120_000 });
      if (prefix !== 'lesson-') await manySettled(page, 120_000);
      await expect(page.locator('#share')).toBeEnabled();
      if (prefix === 'tour-') await expect(page.locator('#tour')).toBeVisible();
      if (prefix === 'lesson-') await expect(page.locator('#lesson')).toBeVisible();
      const path = `${FOLDER}/${prefix}${name}-${colorScheme}.png`;
      if (prefix === '' || prefix === 'chinese-') await mapped(page);
      await page.screenshot({ path });
      console.log(path);
      if (prefix === 'codes-' || prefix === 'autoregressive-') {
        await page.locator('#choices').screenshot({ path: `${FOLDER}/choices-${prefix}${name}-${colorScheme}.png` });
      }
      if (prefix === 'flow-' || prefix === 'chinese-') await parts(page, (part) => `${FOLDER}/${part}-${prefix}${name}-${colorScheme}.png`);
      if (prefix === '' || prefix === 'chinese-') {
        await page.locator('#kinds').scrollIntoViewIfNeeded();
        await expect(page.locator('#kinds li')).toHaveCount(7);
        await page.locator('#kinds').screenshot({ path: `${FOLDER}/kinds-${prefix}${name}-${colorScheme}.png` });
      }
      if (prefix === '') await race(page, `${FOLDER}/race-${name}-${colorScheme}.png`);
      await context.close();
    }
  }
}
await browser.close();
