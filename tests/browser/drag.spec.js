// Drags: one pointer that has taken hold, until it lets go.

import { expect, test } from '@playwright/test';
import { difference, fragment, nearOwn, pixels, settled, visit } from './visitor.js';

const PAD = '#own .easel canvas';
const VAE = '#model=vae-fashion&seed=5&to=6';

/** The place of an element that is a share of its width and height from its corner. */
async function within(page, selector) {
  const { x, y, width, height } = await page.locator(selector).boundingBox();
  return (across, down) => ({ x: x + across * width, y: y + down * height });
}

/** The level of a pixel of the pad, by its share of width and height. */
async function level(page, across, down) {
  const picture = await pixels(page, PAD);
  return picture[4 * (Math.floor(down * 28) * 28 + Math.floor(across * 28))];
}

test.describe('with fingers', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  /** Lays fingers down, moves them, and lifts them: each step says where all of them are. */
  async function fingers(page, steps) {
    const cdp = await page.context().newCDPSession(page);
    let before = 0;
    for (const step of [...steps, []]) {
      const touchPoints = step.map((point, id) => ({ ...point, id }));
      await cdp.send('Input.dispatchTouchEvent', { type: step.length > before ? 'touchStart' : step.length < before ? 'touchEnd' : 'touchMove', touchPoints });
      before = step.length;
      await page.waitForTimeout(50);
    }
  }

  test('another finger draws nothing while one draws', async ({ page }) => {
    await visit(page, VAE);
    await nearOwn(page);
    await page.locator(PAD).scrollIntoViewIfNeeded();
    const at = await within(page, PAD);
    const first = [at(0.2, 0.2), at(0.2, 0.4), at(0.2, 0.5), at(0.2, 0.6), at(0.2, 0.8)];
    const second = [at(0.8, 0.2), at(0.8, 0.4), at(0.8, 0.6), at(0.8, 0.8)];
    await fingers(page, [[first[0]], [first[0], second[0]], ...second.map((place, i) => [first[i + 1], place])]);
    for (const down of [0.2, 0.4, 0.5, 0.6, 0.8]) {
      expect(await level(page, 0.2, down)).toBeGreaterThan(200);
      expect(await level(page, 0.5, down)).toBe(0);
      expect(await level(page, 0.8, down)).toBe(0);
    }
    // One stroke, which one step back undoes.
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    expect(await level(page, 0.2, 0.5)).toBe(0);
  });

  test('another finger moves the point nowhere', async ({ page }) => {
    await visit(page, `${VAE}&at=0,0`);
    await page.locator('#plane').scrollIntoViewIfNeeded();
    const at = await within(page, '#plane svg');
    const place = at(0.5, 0.5);
    await fingers(page, [[place], [place, at(0.8, 0.3)], [place, at(0.75, 0.35)], [place, at(0.7, 0.4)]]);
    await settled(page);
    const [x, y] = new URLSearchParams(await fragment(page)).get('at').split(',').map(Number);
    expect(Math.hypot(x, y)).toBeLessThan(0.2);
  });
});

/** Presses, moves, and moves on with a button that was let go where the page could not see it. */
async function lost(page, [press, held, ...loose]) {
  const cdp = await page.context().newCDPSession(page);
  const mouse = (type, place, buttons) => cdp.send('Input.dispatchMouseEvent', { type, ...place, button: buttons ? 'left' : 'none', buttons, clickCount: 1 });
  await mouse('mouseMoved', press, 0);
  await mouse('mousePressed', press, 1);
  await mouse('mouseMoved', held, 1);
  for (const place of loose) await mouse('mouseMoved', place, 0);
}

test('a move with no button down ends a stroke, and the next press begins another', async ({ page }) => {
  await visit(page, VAE);
  await nearOwn(page);
  await page.locator(PAD).scrollIntoViewIfNeeded();
  const at = await within(page, PAD);
  await lost(page, [at(0.2, 0.2), at(0.4, 0.2), at(0.4, 0.8), at(0.8, 0.8)]);
  expect(await level(page, 0.3, 0.2)).toBeGreaterThan(200);
  for (const place of [[0.4, 0.5], [0.4, 0.8], [0.8, 0.8]]) expect(await level(page, ...place)).toBe(0);
  await lost(page, [at(0.7, 0.5), at(0.9, 0.5)]);
  expect(await level(page, 0.8, 0.5)).toBeGreaterThan(200);
  expect(await level(page, 0.55, 0.5)).toBe(0);
});

test('a move with no button down leaves the point where it was', async ({ page }) => {
  await visit(page, VAE);
  const at = await within(page, '#plane svg');
  await lost(page, [at(0.3, 0.3), at(0.25, 0.25), at(0.7, 0.7), at(0.8, 0.6)]);
  await settled(page);
  const [x, y] = new URLSearchParams(await fragment(page)).get('at').split(',').map(Number);
  expect(x).toBeCloseTo(-0.5 * 6.2, 1);
  expect(y).toBeCloseTo(0.5 * 6.2, 1);
  await expect(page.locator('#plane svg')).not.toHaveClass(/dragging/);
});

/** Presses at a tenth of an element's diagonal, and goes to its other end in one leap. */
async function leap(page, selector) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const at = await within(page, selector);
  const [from, to] = [at(0.1, 0.1), at(0.9, 0.9)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}

test('a fast hand draws a line, and no dots', async ({ page }) => {
  await visit(page, VAE);
  await nearOwn(page);
  await leap(page, PAD);
  for (let share = 0.12; share < 0.9; share += 0.04) expect(await level(page, share, share), `${share}`).toBeGreaterThan(200);
  expect(await level(page, 0.3, 0.7)).toBe(0);
});

test('a fast hand paints the noise along a line', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&seed=5&steps=2');
  const noise = await pixels(page, '#noise canvas');
  await leap(page, '#noise canvas');
  await settled(page);
  const painted = await pixels(page, '#noise canvas');
  // Where it is painted over it is tinted.
  const tinted = (cell) => painted[4 * (cell * 28 + cell)] !== painted[4 * (cell * 28 + cell) + 2];
  for (let cell = 3; cell < 26; cell++) expect(tinted(cell), `${cell}`).toBe(true);
  expect(difference(painted.slice(4 * 20, 4 * 28), noise.slice(4 * 20, 4 * 28))).toBe(0);
});
