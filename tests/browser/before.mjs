// Times this build of the page beside another one, whose folder is named first: each family's pictures on the CPU, in turns, in one
// blank page of headless Chromium; and how far they are from each other.

import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.js';
import { machineOf, median, tableOf } from './figures.js';
import { siteOf, versionIn } from './site.js';

/** Pictures of each family by each build. */
const REPEATS = 11;

const [before, ...files] = process.argv.slice(2);
/** What the other build is called: its folder, or the one around its `dist`. */
const name = basename(resolve(before).replace(/[/\\]dist$/, ''));
const versions = { before: versionIn(before), now: versionIn('dist') };
const site = await siteOf({ before, now: 'dist' });
const browser = await chromium.launch(launchOptions());
const page = await browser.newPage();
await page.goto(site.address);

const cards = await page.evaluate(async (versions) => {
  globalThis.builds = {};
  for (const [name, version] of Object.entries(versions)) {
    const { Pushforward } = await import(new URL(`${name}/${version}/www/api.js`, location.href).href);
    globalThis.builds[name] = new Pushforward({ backend: 'cpu' });
  }
  const known = await globalThis.builds.before.models();
  return (await globalThis.builds.now.models()).filter((card) => known.some(({ id }) => id === card.id));
}, versions);

/** Milliseconds of a family's pictures by each build, and their largest difference in levels. */
function timed({ id, condition }) {
  const asked = Array.from({ length: REPEATS }, (_, i) => ({ model: id, seed: i + 1, condition: condition === 'prompt' ? { prompt: `red heart ${i}` } : { class: i % 10 } }));
  return page.evaluate(async (asked) => {
    const { before, now } = globalThis.builds;
    const times = { before: [], now: [] };
    let difference = 0;
    for (const build of [before, now]) await build.generate(asked[0]);
    for (const options of asked) {
      const [old, fresh] = [await before.generate(options), await now.generate(options)];
      times.before.push(old.milliseconds);
      times.now.push(fresh.milliseconds);
      difference = Math.max(difference, ...old.image.data.map((level, i) => Math.abs(level - fresh.image.data[i])));
    }
    return { ...times, difference };
  }, asked);
}

const rows = [];
for (const card of cards) {
  const { before, now, difference } = await timed(card);
  const [old, fresh] = [median(before), median(now)];
  rows.push([card.name, `${old.toFixed(1)} ms`, `${fresh.toFixed(1)} ms`, `${(old / fresh).toFixed(1)} x as fast`, `${difference} of 255`]);
}
const text = `${machineOf(browser.version())}:\n\n${tableOf([['a picture on the CPU', name, 'this build', 'ratio', 'largest difference'], ...rows])}\n`;
await browser.close();
await site.close();
console.log(`\n${text}`);
for (const file of files) writeFileSync(file, text);
