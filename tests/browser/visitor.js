// What the tests do and see of the page, as a visitor would, or through the API.

import axe from 'axe-core';
import { expect } from '@playwright/test';

const PICTURE = '#picture .stage > canvas';

/** A picture counts as drawn when it has dark, bright, and a good many shades between. */
export function expectDrawn(pixels, side = 28) {
  const levels = pixels.filter((_, i) => i % 4 !== 3);
  expect(levels.length).toBe(3 * side * side);
  expect(Math.max(...levels) - Math.min(...levels)).toBeGreaterThan(60);
  expect(new Set(levels).size).toBeGreaterThan(20);
  expect(pixels.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
}

/** The largest difference between two pictures. */
export function difference(a, b) {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Has the page wait for its own face, which it does without where that is late. */
export function withFaces(page) {
  return page.route('**/www/css/base.css', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('font-display: optional', 'font-display: block') });
  });
}

/** What axe finds on the page. */
export async function findings(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Opens the page and waits for its picture. */
export async function visit(page, address = './') {
  await page.goto(address);
  await settled(page);
}

/** Waits until the picture is that of the state. */
export async function settled(page) {
  await expect(page.locator('#picture')).toHaveAttribute('aria-busy', 'false');
}

/** Waits until all nine pictures of the strip are of the way that the state says. */
export async function stripSettled(page) {
  await expect(page.locator('#strip button')).toHaveCount(9);
  await expect(page.locator('#strip .stale')).toHaveCount(0);
}

/** Waits until all of the many pictures of a condition are drawn. */
export async function manySettled(page, timeout = 60_000) {
  await expect(page.locator('#many .grid button')).toHaveCount(16);
  await expect(page.locator('#many .grid .stale')).toHaveCount(0, { timeout });
}

/** RGBA of a canvas. */
export function pixels(page, selector = PICTURE) {
  return page.locator(selector).evaluate((canvas) => {
    return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
  });
}

/** RGBA of what the API draws. */
export function drawn(page, options) {
  return page.evaluate(async (options) => [...(await globalThis.pushforward.generate(options)).image.data], options);
}

/** A change by hand: a step along the way from A to B, or at its end a step back. */
export async function act(page) {
  const slider = page.locator('#slider input');
  const arrived = await slider.evaluate((input) => input.value === input.max);
  await slider.press(arrived ? 'ArrowLeft' : 'ArrowRight');
  await settled(page);
}

/** What the page's address says, without '#', once it has come to rest. */
export async function fragment(page) {
  await page.waitForTimeout(400);
  return new URL(page.url()).hash.slice(1);
}

/** For {@link beforeWorker}: the engine panics where a latent begins with 13, as no sample of the Gaussian does. */
export const PANICS_AT_13 = `
  const { start: begin } = Engine.prototype;
  Engine.prototype.start = function (model, precision, image, latent, ...rest) {
    if (latent[0] === 13) throw new WebAssembly.RuntimeError('unreachable');
    return begin.call(this, model, precision, image, latent, ...rest);
  };`;

/** For {@link beforeWorker}: makes the worker's adapter hand out devices that `keep` can get at. */
export const DEVICES = `
  const devices = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await requestDevice.apply(this, options);
    devices.push(device);
    return device;
  };`;

/** Puts code in front of the compute workers' own; their imports are in scope. */
export async function beforeWorker(page, prelude) {
  await page.route('**/www/*worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${prelude}\n${await response.text()}` });
  });
}

/** Lets a file go over the page, or pastes it. */
export function give(page, bytes, { name = 'given.png', type = 'image/png', how = 'drop' } = {}) {
  return page.evaluate(
    ([data, name, type, how]) => {
      const file = new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type });
      const transfer = new DataTransfer();
      transfer.items.add(file);
      const event = how === 'drop' ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }) : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    },
    [Buffer.from(bytes).toString('base64'), name, type, how],
  );
}

/** RGBA of one square of the map. */
export const square = (page, column, row, side = 28) =>
  page.locator('#plane .map').evaluate((map, [column, row, side]) => [...map.getContext('2d').getImageData(column * side, row * side, side, side).data], [column, row, side]);

/** Waits until the last of the map is drawn: its corners. */
export async function mapped(page) {
  await stripSettled(page);
  await expect.poll(async () => (await Promise.all([[0, 0], [8, 0], [0, 8], [8, 8]].map((at) => square(page, ...at)))).every((pixels) => pixels[3] === 255), { timeout: 30_000 }).toBe(true);
  await expect(page.locator('#plane .map')).not.toHaveClass(/stale/);
}

/** Comes near the section of one's own picture, which is loaded then, and waits until it is there. */
export async function nearOwn(page) {
  await page.locator('#own').scrollIntoViewIfNeeded();
  await expect(page.locator('#own .latent svg')).toHaveCount(2);
}
