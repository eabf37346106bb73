// Takes the frames of the moving picture that opens the README into the folder that is named, and the still picture beside it: the page's
// opening, in which one component after the other is dragged. Its clock goes only as far as it is led, so that the last frame meets the first.

import { mkdir } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { BASE_URL, launchOptions } from './browser.js';
import { withFaces } from './visitor.js';

const STILL = 'docs/opening-still.png';
/** 960 pixels wide. */
const SCREEN = { viewport: { width: 768, height: 900 }, deviceScaleFactor: 1.25 };
const FRAMES = 40;
/** How long a sample is on its way, in milliseconds (www/views/opening.js): after it all are where they began. */
const PERIOD = 7000;
/** When both have come, in milliseconds. */
const LATER = 600_000;
/** Whither the components are dragged, one after the other, across and down, in pixels: there and back again. */
const DRAGS = [[60, 34], [-16, 72]];

const [folder] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch(launchOptions());

/** A page whose opening has the samples of a model, and whose clock stands still. */
async function opened(reducedMotion) {
  const context = await browser.newContext({ ...SCREEN, baseURL: BASE_URL, colorScheme: 'light', reducedMotion });
  const page = await context.newPage();
  await withFaces(page);
  await page.addInitScript(() => addEventListener('samples', () => (globalThis.arrived = true), { capture: true, once: true }));
  await page.clock.install({ time: 0 });
  await page.goto('./');
  await page.waitForFunction(() => globalThis.arrived);
  // From here on it goes only as far as it is led.
  await page.clock.pauseAt(LATER);
  return page;
}

/** What is seen of it: from its title to the edge of its drawing. */
async function shoot(page, path) {
  const boxes = await Promise.all(['#opening h2', '#opening .stage'].map((part) => page.locator(part).boundingBox()));
  const [top, bottom] = [boxes[0].y - 12, boxes[1].y + boxes[1].height + 5];
  await page.screenshot({ path, clip: { x: 0, y: Math.round(top), width: SCREEN.viewport.width, height: Math.round(bottom - top) } });
}

/** The middle of a component. */
async function middle(page, component) {
  const { x, y, width, height } = await page.locator('#opening .component .dot').nth(component).boundingBox();
  return [x + width / 2, y + height / 2];
}

const still = await opened('reduce');
await shoot(still, STILL);
console.log(STILL);

const page = await opened('no-preference');
// From here on the components stand where they are left.
await page.mouse.move(1, 1);
await page.mouse.down();
await page.mouse.up();
const each = FRAMES / DRAGS.length;
for (let frame = 0; frame < FRAMES; frame++) {
  const [component, turn] = [Math.floor(frame / each), (frame % each) / each];
  if (turn === 0) {
    await page.mouse.up();
    const [x, y] = await middle(page, component);
    DRAGS[component].from = [x, y];
    await page.mouse.move(x, y);
    await page.mouse.down();
  }
  const far = (1 - Math.cos(2 * Math.PI * turn)) / 2;
  const { from, 0: across, 1: down } = DRAGS[component];
  // Not back by the way it went.
  const aside = 22 * Math.sin(2 * Math.PI * turn);
  await page.mouse.move(from[0] + far * across + aside, from[1] + far * down);
  const until = (to) => Math.round((to * PERIOD) / FRAMES);
  await page.clock.runFor(until(frame + 1) - until(frame));
  await shoot(page, `${folder}/${String(frame).padStart(2, '0')}.png`);
}
await browser.close();
