// How promptly the page opens and answers: its first paint, its own JavaScript, the frame after a key, and sixteen other samples.

import { manySettled, mapped } from './visitor.js';

/** Keys pressed while a family computes. */
const KEYS = 24;
/** How often sixteen others are drawn. */
const DRAWS = 15;

/** When the first text or picture stood on the page that was opened last, in milliseconds. */
export function firstPaint(page) {
  return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
}

/**
 * Counts the bytes of the page's own JavaScript from now on; the answer tells how many it asked for before its first picture, and
 * how many have come so far in all.
 */
export function ownScript(page) {
  const modules = new Map();
  page.on('response', (response) => {
    if (!/\/www\/.*\.js$/.test(response.url())) return;
    modules.set(response.url(), { asked: response.request().timing().startTime, body: response.body() });
  });
  return async () => {
    await page.waitForFunction(() => performance.getEntriesByName('first-picture').length > 0);
    const first = await page.evaluate(() => performance.timeOrigin + performance.getEntriesByName('first-picture')[0].startTime);
    const loaded = await Promise.all([...modules.values()].map(async ({ asked, body }) => ({ asked, bytes: (await body).length })));
    const sum = (some) => some.reduce((sum, { bytes }) => sum + bytes, 0);
    return { first: sum(loaded.filter(({ asked }) => asked <= first)), all: sum(loaded) };
  };
}

/**
 * Milliseconds from each of some keys that move the point to the frame that follows it, while the worker never rests:
 * beside all that the page draws, it is asked for one picture after the other.
 */
export async function framesAfterKeys(page, asked) {
  const steps = asked.steps ? `&steps=${asked.steps}` : '';
  await page.goto(`?backend=cpu#model=${asked.model}${steps}`);
  await page.locator('#picture.drawn').waitFor();
  await page.evaluate(() => {
    globalThis.frames = [];
    const painted = new MessageChannel();
    const due = [];
    // The first message that is heard after a frame's callbacks is heard when the frame has been painted.
    painted.port1.onmessage = () => globalThis.frames.push(performance.now() - due.shift());
    const pressed = ({ timeStamp }) => requestAnimationFrame(() => painted.port2.postMessage(due.push(timeStamp)));
    addEventListener('keydown', pressed, { capture: true });
  });
  const computing = page.evaluate(async (asked) => {
    const onFrame = () => {};
    while (globalThis.frames.length < asked.keys) await globalThis.pushforward.generate({ ...asked.options, onFrame });
  }, { options: asked, keys: KEYS });
  await page.locator('.point').focus();
  for (let i = 0; i < KEYS; i++) {
    await page.keyboard.press(i % 2 ? 'ArrowRight' : 'ArrowLeft');
    // Now a movement, now a rest long enough for the picture itself to be begun.
    await page.waitForTimeout(50 + ((137 * i) % 500));
  }
  await computing;
  return page.evaluate(() => globalThis.frames);
}

/** Milliseconds from each of some clicks on "Sample again" to the last of the sixteen pictures. */
export async function othersDrawn(page) {
  await page.goto('?backend=cpu#model=vae-fashion');
  const others = page.getByRole('button', { name: 'Sample again' });
  await others.scrollIntoViewIfNeeded();
  await mapped(page);
  await manySettled(page);
  await page.evaluate(() => {
    globalThis.times = [];
    const grid = document.querySelector('#many .grid');
    let clicked = null;
    document.querySelector('#many').addEventListener('click', ({ timeStamp }) => { clicked = timeStamp; }, { capture: true });
    const watch = new MutationObserver(() => {
      if (clicked === null || grid.querySelector('.stale')) return;
      globalThis.times.push(performance.now() - clicked);
      clicked = null;
    });
    watch.observe(grid, { subtree: true, attributeFilter: ['class'] });
  });
  for (let i = 1; i <= DRAWS; i++) {
    await others.click();
    await page.waitForFunction((count) => globalThis.times.length === count, i);
  }
  return page.evaluate(() => globalThis.times);
}
