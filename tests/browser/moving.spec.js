// Moving the point: by mouse, finger and keys, and under a storm of events.

import { expect, test } from '@playwright/test';
import { difference, drawn, expectDrawn, fragment, mapped, pixels, settled, stripSettled, visit } from './visitor.js';

const WAY = '#model=vae-fashion&seed=5&to=6&class=9';

/** Where the state's link puts the free point. */
async function at(page) {
  const point = new URLSearchParams(await fragment(page)).get('at');
  return point?.split(',').map(Number);
}

test('a drag of the point is live: pictures follow while the button is down', async ({ page }) => {
  await visit(page, WAY);
  const [plane, point] = [await page.locator('#plane svg').boundingBox(), await page.locator('.point .dot').boundingBox()];
  const seen = new Set([String(await pixels(page))]);
  await page.mouse.move(point.x + point.width / 2, point.y + point.height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 12; i++) {
    await page.mouse.move(plane.x + plane.width * (0.9 - i * 0.06), plane.y + plane.height * (0.5 + i * 0.02));
    await page.waitForTimeout(60);
    seen.add(String(await pixels(page)));
  }
  expect(seen.size).toBeGreaterThan(6);
  await page.mouse.up();
  await settled(page);
  const [x, y] = await at(page);
  expect(x).toBeCloseTo((0.18 * 2 - 1) * 6.2, 1);
  expect(y).toBeCloseTo((1 - 0.74 * 2) * 6.2, 1);
  // Let go: the mouse no longer moves it.
  const rest = await pixels(page);
  await page.mouse.move(plane.x + plane.width * 0.5, plane.y + plane.height * 0.1);
  await page.waitForTimeout(300);
  expect(difference(await pixels(page), rest)).toBe(0);
});

test('a finger drags the point, and scrolls elsewhere', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await visit(page, WAY);
  const before = await pixels(page);
  const cdp = await context.newCDPSession(page);
  const swipe = async (x, y, dx, dy) => {
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    for (let i = 1; i <= 10; i++) {
      const touchPoints = [{ x: x + (dx * i) / 10, y: y + (dy * i) / 10 }];
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
      await page.waitForTimeout(16);
    }
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.waitForTimeout(300);
  };
  await page.locator('#plane').scrollIntoViewIfNeeded();
  const point = await page.locator('.point .dot').boundingBox();
  const scroll = await page.evaluate(() => scrollY);
  await swipe(point.x + point.width / 2, point.y + point.height / 2, -120, 40);
  await settled(page);
  expect(await page.evaluate(() => scrollY)).toBe(scroll);
  expect(difference(await pixels(page), before)).toBeGreaterThan(2);
  const moved = await at(page);
  expect(moved).toHaveLength(2);

  const plane = await page.locator('#plane svg').boundingBox();
  await swipe(plane.x + 40, plane.y + 200, 0, -150);
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(scroll + 50);
  expect(await at(page)).toEqual(moved);
  await context.close();
});

test('of keys pressed within one frame none is lost', async ({ page }) => {
  await visit(page, WAY);
  const point = page.locator('.point');
  const x = Number(await point.getAttribute('aria-valuenow'));
  await point.evaluate((element) => {
    for (let i = 0; i < 3; i++) element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
  });
  await settled(page);
  expect((await at(page))[0]).toBeCloseTo(x - 0.3, 2);
});

test('keys alone reach and move everything', async ({ page }) => {
  await visit(page, WAY);
  const point = page.locator('.point');
  await point.focus();
  const [x, y] = [await point.getAttribute('aria-valuenow').then(Number), 0];
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Shift+ArrowUp');
  await settled(page);
  const moved = await at(page);
  expect(moved[0]).toBeCloseTo(x - 0.1, 2);
  expect(moved[1]).toBeCloseTo(y + 0.5, 2);
  await expect(point).toHaveAttribute('aria-valuetext', /across.*up.*origin/);

  await page.keyboard.press('End');
  await settled(page);
  const b = await drawn(page, { model: 'vae-fashion', seed: 6, condition: { class: 9 } });
  expect(difference(await pixels(page), b)).toBe(0);

  // On by Tab: the term in the caption, the choice of the map, coordinates, class, seed A, its die, mode, seed B, its die, slider, strip.
  const stops = [];
  for (let i = 0; i < 11; i++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => document.activeElement.closest('.term, .mapping, .bars, fieldset, div.end, #slider, #strip').className || document.activeElement.parentElement.id));
  }
  expect(stops).toEqual(['term', 'mapping', 'bars', 'classes', 'end a', 'end a', 'modes', 'end b', 'end b', 'slider', 'strip']);

  await page.locator('#slider input').focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await fragment(page)).toContain('t=0.15');

  await page.getByRole('radio', { name: 'Ankle boot' }).focus();
  await page.keyboard.press('ArrowUp');
  await settled(page);
  await expect(page.getByRole('radio', { name: 'Bag' })).toBeChecked();

  await page.locator('#strip button').nth(8).focus();
  await page.keyboard.press('Enter');
  await settled(page);
  const bag = await drawn(page, { model: 'vae-fashion', seed: 6, condition: { class: 8 } });
  expect(difference(await pixels(page), bag)).toBe(0);
});

test('under a storm of slider events the latest wins and the rest costs nothing', async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.asked = 0;
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.type === 'generate') globalThis.asked++;
      return postMessage.call(this, message, ...rest);
    };
  });
  await visit(page, WAY);
  await mapped(page);
  const asked = await page.evaluate(() => {
    const slider = document.querySelector('#slider input');
    const before = globalThis.asked;
    for (let i = 1; i <= 500; i++) {
      slider.valueAsNumber = ((i * 37) % 1000) / 1000;
      slider.dispatchEvent(new Event('input'));
    }
    slider.valueAsNumber = 0.125;
    slider.dispatchEvent(new Event('input'));
    return before;
  });
  await settled(page);
  expect(difference(await pixels(page), await pixels(page, '#strip button:nth-child(2) canvas'))).toBe(0);
  // One was with the worker, one waited; the other 499 were dropped.
  expect((await page.evaluate(() => globalThis.asked)) - asked).toBeLessThanOrEqual(3);
});

test('the strip does not starve the picture: it follows while the strip is stale', async ({ page }) => {
  await visit(page, WAY);
  await stripSettled(page);
  const { seen, stale } = await page.evaluate(async () => {
    const canvas = document.querySelector('#picture .stage > canvas');
    const seen = new Set();
    let stale = 0;
    const classes = [...document.querySelectorAll('#classes input')];
    for (let i = 0; i < 40; i++) {
      // Every change of the class makes all nine frames stale.
      classes[i % classes.length].click();
      // At once: they may all be drawn anew a moment later.
      stale += document.querySelectorAll('#strip .stale').length;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      seen.add(String(canvas.getContext('2d').getImageData(0, 0, 28, 28).data));
    }
    return { seen: seen.size, stale };
  });
  expect(stale).toBeGreaterThan(0);
  expect(seen).toBeGreaterThan(6);
  await settled(page);
  await stripSettled(page);
  expectDrawn(await pixels(page));
});

test('one event has the state checked once, and its latent and its condition worked out once', async ({ page }) => {
  const counted = /^export function (settle|canonical|writeLink|stateLatent|stateCondition)\(/gm;
  await page.route('**/pushforward.js', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(counted, (_, name) => `export function ${name}(...given) {
      globalThis.calls = { ...globalThis.calls, ${name}: (globalThis.calls?.${name} ?? 0) + 1 };
      return ${name}Uncounted(...given);
    }
    function ${name}Uncounted(`);
    await route.fulfill({ response, body });
  });
  await visit(page, WAY);
  await mapped(page);
  await expect(page.locator('#bars svg')).toHaveCount(1);
  await expect(page.locator('#histogram svg')).toHaveCount(2);
  expect(await page.evaluate(() => globalThis.calls.settle)).toBe(1);
  await page.locator('.point').focus();
  await page.evaluate(() => { globalThis.calls = {}; });
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('#picture')).toHaveAttribute('aria-busy', 'false');
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => globalThis.calls)).toEqual({ settle: 1, stateLatent: 1, stateCondition: 1 });
});
