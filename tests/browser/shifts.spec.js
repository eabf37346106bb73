// Nothing on the page jumps while it opens: with a link and without, for every model, in both languages, on a desk and on a phone.

import { expect, test } from '@playwright/test';
import { layoutShift, watch } from './mobile.js';

const SCREENS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};
const LINKS = ['', '#model=vae-fashion&seed=5', '#model=vae-fashion&seed=5&lang=zh', '#model=gan-fashion&class=1&seed=5&t=0.35', '#model=flow-fashion&seed=5',
  '#model=diffusion-fashion&seed=5', '#model=diffusion-fashion&seed=5&lang=zh', '#model=autoregressive-fashion&seed=5', '#model=codes-fashion&class=9&seed=5&t=0.35', '#model=emoji&seed=5&prompt=cat',
  '#model=vae-fashion&seed=5&show=plane,picture,way&lock=model&task=Where%20is%20the%20middle%3F&goal=t~0.4~0.6,norm~0~2'];
/** The cumulative layout shift that is allowed. */
const MOST = 0.02;
/** Milliseconds until what is fetched comes: after the page was painted, and the engine after its program. */
const PROGRAM = 300;
const ENGINE = 900;
/** Milliseconds after the first picture, in which what comes later comes. */
const AFTER = 1500;

for (const [screen, look] of Object.entries(SCREENS)) {
  test.describe(screen, () => {
    test.use(look);
    for (const link of LINKS) {
      test(`${link || 'no link'}: nothing jumps when the engine comes`, async ({ page }) => {
        const later = (glob, time) => page.route(glob, async (route) => {
          await new Promise((resolve) => { setTimeout(resolve, time); });
          await route.continue().catch(() => {});
        });
        await later('**/www/main.js', PROGRAM);
        for (const glob of ['**/*.wasm', '**/*.bpk']) await later(glob, ENGINE);
        await page.addInitScript(watch);
        await page.goto(`./?backend=cpu${link}`);
        const layout = () => page.locator('main').evaluate(({ classList }) => ['painted', 'told', 'coloured', 'chosen'].filter((name) => classList.contains(name)));
        const before = await layout();
        await page.waitForFunction(() => performance.getEntriesByName('first-picture').length > 0);
        await page.waitForTimeout(AFTER);
        const shifts = await page.evaluate(() => globalThis.shifts);
        expect(layoutShift(shifts), JSON.stringify(shifts)).toBeLessThanOrEqual(MOST);
        // What is known of a model before the engine is what the engine says of it.
        expect(before).toEqual(await layout());
      });
    }
  });
}
