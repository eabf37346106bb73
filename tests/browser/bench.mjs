// Measures the page in headless Chromium on the CPU: opening it, also as on a phone, pictures, answers to a hand, memory, and what must be
// downloaded.
// With --check it fails where a bound is not kept; into a file that is named goes what the README has of it.

import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium } from '@playwright/test';
import { BASE_URL, launchOptions } from './browser.js';
import { machineOf, median, tableOf } from './figures.js';
import { mobile } from './mobile.js';
import { passesOf } from '../../www/card.js';
import { firstPaint, framesAfterKeys, othersDrawn, ownScript } from './pace.js';
import { settled } from './visitor.js';

const PICTURES = 100;
const STRIPS = 20;
const VISITS = 7;
/** Milliseconds until a new window has settled: it opens with pages of the browser's own, which would be measured, too. */
const WINDOW = 1000;
const ENDURANCE = 1000;
/** Pictures of each family in the table of strategies. */
const REPEATS = 11;
const MODEL = 'vae-fashion';
/** Steps of a picture that follows somebody who types. */
const FEW = 4;

/** What was measured, and the bound it is held to, if any. */
const reports = [];
function report(name, value, unit, bound) {
  reports.push({ name, value, unit, bound, kept: bound === undefined || value <= bound });
}

/** What, its figure, the bound it is held to, and whether it keeps it. */
function speed(reports) {
  const rows = reports.map(({ name, value, unit, bound, kept }) => {
    const verdict = bound === undefined ? ['', ''] : [`<= ${bound} ${unit}`.trim(), kept ? 'reached' : 'missed'];
    return [name, `${value.toFixed(unit === '' ? 3 : value < 10 ? 2 : 1)} ${unit}`.trim(), ...verdict];
  });
  return tableOf([['what', 'measured', 'bound', ''], ...rows]);
}

const browser = await chromium.launch(launchOptions());

/** A page of its own, as for a first visit. */
async function visitor(run) {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    return await run(page, await context.newCDPSession(page));
  } finally {
    await context.close();
  }
}

async function firstPicture(page) {
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      const figure = document.querySelector('#picture');
      const watch = new MutationObserver(() => {
        if (figure.getAttribute('aria-busy') === 'false') globalThis.first ??= performance.now();
      });
      watch.observe(figure, { attributes: true });
    });
  });
  await page.goto('?backend=cpu');
  await settled(page);
  return page.evaluate(() => globalThis.first);
}

/** What a first visit and a second one wait for, in milliseconds, and how much JavaScript of the page's own the first brings, in bytes. */
async function opening(page) {
  await page.waitForTimeout(WINDOW);
  const scripts = ownScript(page);
  const picture = await firstPicture(page);
  const [paint, script] = [await firstPaint(page), await scripts()];
  const again = await page.context().newPage();
  await again.waitForTimeout(WINDOW);
  return { paint, picture, script, again: await firstPicture(again) };
}

/** Wall time around the API's call, what a page that embeds it would see; and the engine's own. */
async function pictures(page, count) {
  return page.evaluate(
    async ([model, count]) => {
      const wall = [];
      const engine = [];
      for (let seed = 0; seed < count; seed++) {
        const before = performance.now();
        const { milliseconds } = await globalThis.pushforward.generate({ model, seed, condition: { class: seed % 10 } });
        wall.push(performance.now() - before);
        engine.push(milliseconds);
      }
      return { wall, engine };
    },
    [MODEL, count],
  );
}

/** Nine pictures of a way, one after the other, as the strip asks for them. */
async function strips(page, count) {
  return page.evaluate(async (count) => {
    const times = [];
    const { pushforward } = globalThis;
    const model = 'vae-fashion';
    const [from, to] = await Promise.all([1, 2].map(async (seed) => (await pushforward.generate({ model, seed })).latent));
    for (let i = 0; i < count; i++) {
      const before = performance.now();
      for (let frame = 0; frame < 9; frame++) {
        await pushforward.generate({ model, latent: pushforward.interpolate({ from, to, t: frame / 8, mode: 'slerp' }) });
      }
      times.push(performance.now() - before);
    }
    return times;
  }, count);
}

/** A condition of a model's for each seed: its classes in turn, or a sentence. */
const conditionOf = ({ condition }, seed) => (condition === 'prompt' ? { prompt: `red heart ${seed}` } : { class: seed % 10 });

/** Milliseconds of a picture, one for each of some seeds, after as many to warm up; and how many steps it has. */
async function timed(page, card, options = {}) {
  const seeds = Array.from({ length: REPEATS }, (_, i) => i + 1);
  const asked = seeds.map((seed) => ({ model: card.id, seed, condition: conditionOf(card, seed), ...options }));
  return page.evaluate(async (asked) => {
    let steps = 0;
    const onFrame = (_image, _step, all) => { steps = all; };
    for (const options of asked) await globalThis.pushforward.generate({ ...options, onFrame });
    const times = [];
    for (const options of asked) times.push((await globalThis.pushforward.generate(options)).milliseconds);
    return { times, steps };
  }, asked);
}

/** Milliseconds from a key to its frame for each family, in as many steps as it can be asked for; what is usual, and the worst. */
async function keys(cards) {
  const families = [];
  for (const card of cards) {
    const asked = { model: card.id, steps: card.controls.steps?.max, condition: conditionOf(card, 1) };
    const times = await visitor((page) => framesAfterKeys(page, asked));
    families.push({ name: card.name, usual: median(times), worst: Math.max(...times) });
  }
  return families;
}

/** A row for each card: what a picture costs in each strategy, and what was measured of its quality. */
async function strategies(page, cards, memory) {
  const table = [['family', 'forward passes', 'steps', 'ms a picture', 'ms a step', 'FD × floor', 'bits/dim', 'bytes', 'MB of memory']];
  for (const card of cards) {
    const { name, quality, weights } = card;
    const { times, steps } = await timed(page, card);
    const time = median(times);
    const { fd_over_floor: distance, bits_per_dim: exact, bits_per_dim_bound: bound } = quality?.shipped ?? {};
    const bits = exact === undefined ? bound && `≤ ${bound.toFixed(2)}` : exact.toFixed(2);
    table.push([name, passesOf(card), steps, time.toFixed(1), (time / steps).toFixed(1), distance?.toFixed(card.condition === 'prompt' ? 1 : 0) ?? '–', bits ?? '–', weights.bytes, memory[card.id].toFixed(1)]);
    if (card.condition === 'prompt') report(`a sentence in ${FEW} steps`, median((await timed(page, card, { steps: FEW })).times), 'ms', 1500);
  }
  return tableOf(table);
}

/** Megabytes in use after a collection: the page's JavaScript, the engine's memory, and the renderer process as a whole. */
async function memory(page, cdp) {
  await cdp.send('HeapProfiler.collectGarbage');
  const heap = await cdp.send('Runtime.getHeapUsage');
  return { page: heap.usedSize / 1e6, wasm: await wasmMemory(page), process: await resident() };
}

/**
 * Megabytes of the engine's memory once each model alone has drawn a picture, by their ids, and once all have. A memory grows and
 * never shrinks: this is the most that loading and drawing took.
 */
async function memories(cards) {
  const alone = {};
  for (const card of cards) {
    alone[card.id] = await visitor(async (page) => {
      await page.goto(`?backend=cpu#model=${card.id}`);
      await settled(page);
      return wasmMemory(page);
    });
  }
  const all = await visitor(async (page) => {
    await firstPicture(page);
    const asked = cards.map((card) => ({ model: card.id, seed: 1, condition: conditionOf(card, 1) }));
    await page.evaluate(async (asked) => {
      for (const options of asked) await globalThis.pushforward.generate(options);
    }, asked);
    return wasmMemory(page);
  });
  return { alone, all };
}

/** The largest resident renderer, where the system tells (Linux). */
async function resident() {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  await cdp.detach();
  const pages = processInfo.filter(({ type, id }) => type === 'renderer' && existsSync(`/proc/${id}/status`));
  return Math.max(0, ...pages.map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1e3));
}

/** The engine's linear memory, as the worker that owns it says. */
async function wasmMemory(page) {
  return page.workers()[0].evaluate(async () => {
    const { default: init } = await import(new URL('../pushforward.js', location.href).href);
    return (await init()).memory.buffer.byteLength / 1e6;
  });
}

const visits = [];
for (let i = 0; i < VISITS; i++) visits.push(await visitor(opening));
report('navigation to first contentful paint', median(visits.map(({ paint }) => paint)), 'ms', 1000);
report('navigation to first picture', median(visits.map(({ picture }) => picture)), 'ms', 2500);
report('navigation to first picture, on a second visit', median(visits.map(({ again }) => again)), 'ms', 450);
report("JavaScript of the page's own, before the first picture", median(visits.map(({ script }) => script.first)) / 1e3, 'kB', 120);
report("JavaScript of the page's own, with what is loaded after it", median(visits.map(({ script }) => script.all)) / 1e3, 'kB', 140);

await visitor(async (page, cdp) => {
  await firstPicture(page);
  await pictures(page, 20);
  const { wall, engine } = await pictures(page, PICTURES);
  report('one picture, engine', median(engine), 'ms', 15);
  report('one picture, through the API', median(wall), 'ms');
  report('film strip, nine pictures', median(await strips(page, STRIPS)), 'ms', 90);
  const before = await memory(page, cdp);
  await pictures(page, ENDURANCE);
  const after = await memory(page, cdp);
  for (const [what, of, bound] of [['WebAssembly memory', 'wasm', 0], ["page's heap", 'page', 1], ['renderer process', 'process']]) {
    report(`the ${what}, after ${ENDURANCE} more pictures`, after[of], 'MB');
    report(`growth of the ${what} in ${ENDURANCE} pictures`, after[of] - before[of], 'MB', bound);
  }
});
report('sixteen other samples, from the click to the last', median(await visitor(othersDrawn)), 'ms', 150);
const cards = await visitor(async (page) => {
  await firstPicture(page);
  return page.evaluate(() => globalThis.pushforward.models());
});
const families = await keys(cards);
for (const [how, time] of [['median', ({ usual }) => usual], ['worst', ({ worst }) => worst]]) {
  const slowest = families.toSorted((a, b) => time(b) - time(a))[0];
  report(`a key to its frame, any family computing: ${how} (${slowest.name})`, time(slowest), 'ms', 50);
}
await mobile(browser, report);
const { alone, all } = await memories(cards);
report('the WebAssembly memory, with all models loaded', all, 'MB', 55);
const table = await visitor(async (page) => {
  await firstPicture(page);
  return strategies(page, cards, alone);
});
const version = browser.version();
await browser.close();

const brotli = (file) => brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length / 1e6;
const files = (folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
const [folder] = readdirSync('dist').filter((name) => existsSync(join('dist', name, 'www')));
const parts = {
  'engine (wasm)': [join('dist', folder, 'pushforward_bg.wasm')],
  'engine (glue)': [join('dist', folder, 'pushforward.js')],
  page: ['dist/index.html', ...files(join('dist', folder, 'www'))],
  'module of plans, fetched only where there is a GPU': files(join('dist', folder, 'plans')),
  "module of Burn's backend, fetched only where somebody insists on WebGPU": files(join('dist', folder, 'webgpu')),
  [`model ${MODEL}`]: [`dist/models/${MODEL}/weights.bpk`],
};
const sizes = Object.entries(parts).map(([name, paths]) => [name, paths.reduce((sum, path) => sum + brotli(path), 0)]);
for (const [name, size] of sizes) report(`${name}, brotli`, size, 'MB');
const [wasm, glue, , , , model] = sizes.map(([, size]) => size);
// The scripts that the page itself asks for at once, and the worker's.
const asked = [...readFileSync('dist/index.html', 'utf8').matchAll(/modulepreload" href="([^"]+www[^"]+)"/g)].map(([, file]) => join('dist', file));
const workers = ['worker', 'compute', 'deferred', 'kept', 'schedule', 'ways'].map((name) => join('dist', folder, 'www', `${name}.js`));
const scripts = [...new Set([...asked, ...workers])].reduce((sum, file) => sum + brotli(file), 0);
report('engine, first model and the scripts before the first picture, brotli', wasm + glue + model + scripts, 'MB', 1.05);

const machine = machineOf(version);
console.log(`\n${machine}\n\n${speed(reports)}\n\n${table}`);

const given = process.argv.slice(2);
for (const file of given.filter((argument) => argument !== '--check')) {
  writeFileSync(file, `${machine}:\n\n${speed(reports.filter(({ bound }) => bound !== undefined))}\n\n${table}\n`);
}
const missed = reports.filter(({ kept }) => !kept);
if (given.includes('--check') && missed.length > 0) {
  console.error(`\n${missed.length} of the bounds are not kept:\n\n${speed(missed)}`);
  process.exitCode = 1;
}
