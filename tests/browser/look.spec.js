// How the page stands on screens of all sizes, who can use it, and what it asks of the network.

import { expect, test } from '@playwright/test';
import { ownScript } from './pace.js';
import { findings, nearOwn, pixels, settled, stripSettled, visit } from './visitor.js';

const SIZES = [[320, 640], [390, 844], [600, 900], [768, 1024], [1024, 768], [1280, 720], [1440, 900], [2560, 1300], [3840, 2160]];

/** Both kinds of latent: a vector, and a picture of noise. */
const MODELS = ['vae-fashion', 'diffusion-fashion'];
const ALL = ['vae-fashion', 'gan-fashion', 'flow-fashion', 'diffusion-fashion', 'autoregressive-fashion', 'codes-fashion', 'emoji'];

/** What depends on a face's width is tested with the usual faces and with the widest. */
const LAYOUT = { tag: '@layout' };

/** Elements that stand out of the screen, and how far one can scroll to the right. */
function overflow(page) {
  return page.evaluate(() => {
    // The line of families goes on to the right where it scrolls by itself.
    const out = [...document.querySelectorAll('body :not(svg *, .ring, #families *)')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && (left < -0.5 || right > innerWidth + 0.5);
    });
    return { scroll: document.documentElement.scrollWidth, out: out.map((element) => element.outerHTML.slice(0, 80)) };
  });
}

for (const [width, height] of SIZES) {
  for (const model of MODELS) {
    test(`nothing of ${model} overflows at ${width} x ${height}`, LAYOUT, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await visit(page, `#model=${model}&seed=4294967295&to=4294967294&class=9&at=6.1,-6.1&steps=2`);
      expect(await overflow(page)).toEqual({ scroll: width, out: [] });
    });
  }
}

for (const lang of ['en', 'zh']) {
  test(`no family overflows the narrowest phone (${lang})`, LAYOUT, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const model of ALL) {
      const asked = model === 'emoji' ? 'prompt=cat%20with%20heart%20eyes&toprompt=purple%20apple' : 'class=9';
      // Another page each time: nothing of the one before is left.
      await page.goto('about:blank');
      await visit(page, `./#model=${model}&seed=4294967295&to=4294967294&${asked}&steps=2&lang=${lang}`);
      // What is drawn when somebody comes near it.
      for (const part of ['#norms', '#own', '#model']) await page.locator(part).scrollIntoViewIfNeeded();
      await expect(page.locator('#norms figcaption')).not.toBeEmpty();
      await nearOwn(page);
      expect(await overflow(page), model).toEqual({ scroll: 320, out: [] });
    }
  });
}

test('at 1440 x 900 plane, picture, slider and strip are in one view', LAYOUT, async ({ page }) => {
  await visit(page, './#seed=42');
  for (const part of ['#families', '#plane svg', '#bars svg', '#histogram', '#picture .stage > canvas', '#classes', '#ends', '#slider', '#strip']) {
    const box = await page.locator(part).boundingBox();
    expect(box.y, part).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height, part).toBeLessThanOrEqual(900);
  }
});

test('at 1440 x 900 noise, controls, picture and its way are in one view, and at 390 x 844 the picture is', LAYOUT, async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&seed=5&steps=2');
  for (const part of ['#plane svg', '#noise canvas', '#controls', '#picture .stage', '#trajectory', '#classes', '#slider']) {
    const box = await page.locator(part).boundingBox();
    expect(box.y + box.height, part).toBeLessThanOrEqual(900);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  const picture = await page.locator('#picture .stage').boundingBox();
  expect(picture.y + picture.height).toBeLessThan(844);
});

test('on a phone the families are one line, in which the chosen one is in sight', LAYOUT, async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, '#model=autoregressive-fashion&seed=5');
  const chosen = page.locator('#families label:has(:checked)');
  const inSight = async () => {
    const { x, width } = await chosen.boundingBox();
    return x >= 0 && x + width <= 390;
  };
  expect(await inSight()).toBe(true);
  expect((await page.locator('#families').boundingBox()).height).toBeLessThan(100);
  // Another link, from far below: the line moves, the page does not.
  await page.locator('#story-title').scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  await page.evaluate(() => (location.hash = '#model=vae-fashion&seed=5'));
  await expect(page.getByRole('radio', { name: /^Variational/ })).toBeChecked();
  await expect.poll(inSight).toBe(true);
  expect(before).toBeGreaterThan(0);
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
});

test('pixels of the picture are drawn whole and crisp', async ({ page }) => {
  for (const width of [390, 900, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await visit(page);
    const canvas = page.locator('#picture .stage > canvas');
    const box = await canvas.boundingBox();
    expect(box.width % 28).toBe(0);
    expect(box.width).toBe(box.height);
    expect(box.width).toBeGreaterThanOrEqual(252);
    await expect(canvas).toHaveCSS('image-rendering', 'pixelated');
  }
});

/** Words of texts, those on controls and in tables not counted, that stand on the first so many screens. */
const wordsOf = (page, screens) => page.evaluate((screens) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const { parentElement: element } = text;
    if (!element.checkVisibility() || element.closest('.hidden, svg, math, button, label, fieldset, table')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { width, top } = range.getBoundingClientRect();
    if (width > 1 && top < screens * innerHeight) found.push(...text.data.trim().split(/\s+/).filter(Boolean));
  }
  return found;
}, screens);

// On a desk twice as much of the page is on the first two screens: 120 words are wanted there, too, and not reached.
for (const [width, height, most] of [[1440, 900, 180], [390, 844, 120]]) {
  test(`a first visitor reads little: under ${most} words on the first two screens, ${width} wide`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await visit(page);
    await stripSettled(page);
    const read = await wordsOf(page, 2);
    expect(read.length).toBeGreaterThan(30);
    expect(read.length, read.join(' ')).toBeLessThan(most);
    // No paragraph above the fold is long.
    const long = await page.locator('p, figcaption').evaluateAll((texts) =>
      texts.filter((text) => text.checkVisibility() && text.getBoundingClientRect().top < innerHeight).map(({ innerText }) => innerText.trim()).filter((text) => text.split(/\s+/).length >= 30));
    expect(long).toEqual([]);
  });
}

/** Twice as large on a screen of 1440 x 900 is half as wide. */
const ZOOMED = [720, 450];

/** How the page is looked at: its size, the scheme of colours, and whether they are the reader's own. */
const SCREENS = [
  ...['light', 'dark'].flatMap((colorScheme) => [[1440, 900], [390, 844]].map((size) => ({ size, colorScheme, lang: 'en' }))),
  { size: [320, 640], colorScheme: 'dark', lang: 'zh' },
  { size: [768, 1024], colorScheme: 'light', lang: 'zh' },
  { size: [2560, 1300], colorScheme: 'dark', lang: 'zh' },
  { size: ZOOMED, colorScheme: 'light', lang: 'en' },
  { size: [390, 844], colorScheme: 'light', lang: 'zh', forcedColors: 'active' },
  { size: [1440, 900], colorScheme: 'dark', lang: 'en', forcedColors: 'active' },
];

for (const { size: [width, height], lang, ...media } of SCREENS) {
  for (const model of MODELS) {
    test(`no accessibility finding for ${model}, ${Object.values(media).join(', ')}, ${width} wide (${lang})`, async ({ page }) => {
      await page.emulateMedia(media);
      await page.setViewportSize({ width, height });
      // With a message open, so that it is judged too.
      await visit(page, `#model=${model}&seed=x&at=1,1&steps=2&lang=${lang}`);
      await stripSettled(page);
      expect(await findings(page)).toEqual([]);
    });
  }
  test(`no accessibility finding on a first visit, ${Object.values(media).join(', ')}, ${width} wide (${lang})`, async ({ page }) => {
    await page.emulateMedia(media);
    await page.setViewportSize({ width, height });
    await page.addInitScript((lang) => Object.defineProperty(navigator, 'languages', { value: [lang] }), lang);
    await visit(page);
    await stripSettled(page);
    expect(await findings(page)).toEqual([]);
  });
}

test('light and dark are two looks, and the focus is seen in both', async ({ page }) => {
  const papers = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await visit(page);
    await expect(page.locator('#share')).toBeEnabled();
    papers.push(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
    for (const selector of ['#share', '.dice', '#slider input', '#strip button']) {
      await page.keyboard.press('Tab');
      await page.locator(selector).first().focus();
      expect(await page.locator(selector).first().evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    }
  }
  expect(papers[0]).not.toBe(papers[1]);
});

test('no request goes to another origin, and the policy would not let one', async ({ page, baseURL }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await visit(page);
  await stripSettled(page);
  await page.locator('#classes').getByText('Bag').click();
  await page.getByRole('button', { name: 'Roll a new seed for A' }).click();
  await page.getByRole('button', { name: 'Share' }).click();
  await settled(page);
  await pixels(page);
  const { origin } = new URL(baseURL);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((url) => new URL(url).origin !== origin && !/^(data|blob):/.test(url))).toEqual([]);
  const refused = await page.evaluate(() => fetch('https://example.com/').then(() => 'answered', () => 'refused'));
  expect(refused).toBe('refused');
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe-inline');
});

test("the page's own JavaScript stays small", async ({ page }) => {
  const script = ownScript(page);
  await visit(page);
  // What the first picture waits for; what is loaded after it is in nobody's way.
  const { first, all } = await script();
  expect(first).toBeGreaterThan(10_000);
  expect(first).toBeLessThan(120_000);
  expect(all).toBeGreaterThanOrEqual(first);
  expect(all).toBeLessThan(140_000);
});
