// Draws what links are previewed by, 1200 x 630 pixels each, into the folder that is named: samples of a family with its name, and for the
// page as a whole two ways from noise to a picture. The samples are the page's own, drawn as the API draws them. Ids of models as further
// arguments: only these, and "pushforward" for the page.

import { mkdir, readFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { words } from '../../www/words/en.js';
import { BASE_URL, launchOptions } from './browser.js';
import { settled } from './visitor.js';

const SIZE = { width: 1200, height: 630 };
/** A class of each sample of clothes, in the order of the cards, and the seed of the first. */
const CLASSES = [0, 1, 2, 3, 4, 5, 9, 8, 3, 7, 6, 2];
const SEED = 11;
const SENTENCES = [
  'cat with heart eyes', 'red heart', 'grinning face', 'smiling face with sunglasses', 'sunflower', 'rocket',
  'green apple', 'dog face', 'rainbow', 'strawberry', 'penguin', 'soccer ball',
];
/** Pictures in a row, and how large their pixels are: whole, so that all are the same. */
const GRIDS = { 28: { columns: 6, pixel: 6, gap: 16 }, 32: { columns: 6, pixel: 5, gap: 25 } };
/** The two ways of the page's own preview, of the model that shows best how noise becomes a picture. */
const WAYS = [{ seed: 3, condition: { class: 9 } }, { seed: 13, condition: { class: 2 } }];
const LED = { model: 'diffusion-fashion', steps: 25, frames: 25 };
/** The half sentence of the page as a whole. */
const IDEA = 'a map that carries a Gaussian to pictures';

/** Has `globalThis.addressOf` in the page: what a picture shows, as the address of a PNG file of its own. */
function addressing() {
  globalThis.addressOf = (image) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    canvas.getContext('2d').putImageData(image, 0, 0);
    return canvas.toDataURL();
  };
}

/** Pictures of some requests, one after the other. */
function samples(page, requests) {
  return page.evaluate(async (requests) => {
    const addresses = [];
    for (const request of requests) addresses.push(globalThis.addressOf((await globalThis.pushforward.generate(request)).image));
    return addresses;
  }, requests);
}

/** Pictures on the way of each request, evenly apart, from its noise to its picture. */
function ways(page, requests, count) {
  return page.evaluate(async ([requests, count]) => {
    const rows = [];
    for (const request of requests) {
      const frames = [];
      await globalThis.pushforward.generate({ ...request, onFrame: (image) => frames.push(globalThis.addressOf(image)) });
      rows.push(...Array.from({ length: count }, (_, i) => frames[Math.round((i * (frames.length - 1)) / (count - 1))]));
    }
    return rows;
  }, [requests, count]);
}

/** Draws a preview: a name, half a sentence, and pictures of so many pixels a side, in the colours and faces of the page. */
async function draw(page, path, { name, half, pictures, side }) {
  const { columns, pixel, gap } = GRIDS[side];
  const face = `data:font/woff2;base64,${await readFile('www/faces/bodoni-moda.woff2', 'base64')}`;
  const look = (await readFile('www/css/base.css', 'utf8')).replace('../faces/bodoni-moda.woff2', face).replace('font-display: optional', 'font-display: block');
  await page.setContent(`<!doctype html><html lang="en"><style>${look}
    body { width: ${SIZE.width}px; max-width: none; height: ${SIZE.height}px; padding: 40px 56px; display: flex; flex-direction: column; justify-content: space-between; }
    header { display: grid; grid-template-columns: 1fr auto; align-items: baseline; }
    h1 { font: 400 62px/1 var(--serif); letter-spacing: -0.03em; white-space: nowrap; }
    b { font: 400 32px/1 var(--serif); letter-spacing: -0.02em; }
    p { margin-top: 12px; font-size: 32px; line-height: 1.2; color: var(--soft); }
    div { display: grid; grid-template-columns: repeat(${columns}, ${side * pixel}px); gap: ${gap}px; justify-content: space-between; }
    img { display: block; width: 100%; image-rendering: pixelated; border-radius: 3px; }
  </style><header><h1></h1><b></b><p></p></header><div></div>`);
  await page.evaluate(({ name, half, pictures }) => {
    document.querySelector('h1').textContent = name;
    document.querySelector('p').textContent = half;
    if (name !== 'Pushforward') document.querySelector('b').textContent = 'Pushforward';
    document.querySelector('div').append(...pictures.map((src) => Object.assign(document.createElement('img'), { src })));
    return Promise.all([...document.images].map((image) => image.decode()).concat([document.fonts.ready]));
  }, { name, half, pictures });
  await page.screenshot({ path });
  console.log(path);
}

const [folder, ...only] = process.argv.slice(2);
const wanted = (id) => only.length === 0 || only.includes(id);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch(launchOptions());
const context = await browser.newContext({ baseURL: BASE_URL, colorScheme: 'light', viewport: SIZE });
const page = await context.newPage();
await page.addInitScript(addressing);
await page.goto('?backend=cpu');
await settled(page);
const blank = await context.newPage();
if (wanted('pushforward')) {
  const pictures = await ways(page, WAYS.map((way) => ({ ...LED, ...way })), GRIDS[28].columns);
  await draw(blank, `${folder}/pushforward.png`, { name: 'Pushforward', half: IDEA, pictures, side: 28 });
}
for (const card of await page.evaluate(() => globalThis.pushforward.models())) {
  const { id: model, name, family, condition, image: { width: side } } = card;
  if (!wanted(model)) continue;
  const conditions = condition === 'prompt' ? SENTENCES.map((prompt) => ({ prompt })) : CLASSES.map((chosen) => ({ class: chosen }));
  const pictures = await samples(page, conditions.map((condition, i) => ({ model, seed: SEED + i, condition })));
  await draw(blank, `${folder}/${model}.png`, { name, half: words.families.plain[family], pictures, side });
}
await browser.close();
