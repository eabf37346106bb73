// The examples of embedding: a deck whose slides are alive, and a widget of notebooks. What they are embedded in is stood in for.

import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect, test } from '@playwright/test';
import { drawn, picture } from './embedder.js';
import { host } from './host.js';
import { expectDrawn } from './visitor.js';

/** As much of reveal.js as a deck of these needs: one slide at a time, turned by arrow keys wherever the focus is. */
const REVEAL = `export default class Reveal {
  async initialize() {
    const slides = [...document.querySelectorAll('.slides > section')];
    let at = 0;
    const show = () => slides.forEach((slide, index) => (slide.hidden = index !== at));
    document.addEventListener('keydown', ({ key }) => {
      at = Math.max(0, Math.min(slides.length - 1, at + ({ ArrowRight: 1, ' ': 1, ArrowLeft: -1 }[key] ?? 0)));
      show();
    });
    show();
  }
}`;

/** A notebook's model as widgets are given it: get, set, on, off and save_changes, of which set tells at once. */
const NOTEBOOK = `<!doctype html><html lang="en"><title>Notebook</title><div id="cell"></div><script type="module">
  import widget from './widget.js';
  const [state, heard] = [{ base: '../../node_modules/pushforward', view: 'way', models: [], link: '', model: null, prompt: null, of_class: 7, seed: 42, to: 7, t: 0.25, error: '' }, new Map()];
  const model = {
    saved: [],
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const listener of heard.get('change:' + name) ?? []) listener();
    },
    on: (name, listener) => heard.set(name, (heard.get(name) ?? new Set()).add(listener)),
    off: (name, listener) => heard.get(name).delete(listener),
    save_changes: () => model.saved.push(structuredClone(state)),
  };
  const cleanup = await widget.render({ model, el: document.querySelector('#cell') });
  Object.assign(globalThis, { model, cleanup, heard });
</script>`;

let server;

test.beforeAll(async () => {
  server = await host(async (path) => {
    if (path === 'examples/jupyter/notebook.html') return NOTEBOOK;
    if (path.endsWith('node_modules/reveal.js/dist/reveal.esm.js')) return REVEAL;
    const file = /node_modules\/pushforward\/(.*)/.exec(path)?.[1];
    return readFile(file ? join('pkg/dist', normalize(file)) : normalize(path)).catch(() => null);
  });
});

test.afterAll(() => server.close());

test('a figure of a deck draws when its slide comes, and its keys turn no slide', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${server.address}examples/reveal/index.html`);
  await expect(page.getByRole('heading', { name: 'A generator is a map' })).toBeVisible();
  await page.waitForTimeout(400);
  expect(asked.filter((url) => /weights|wasm/.test(url))).toEqual([]);
  for (const view of ['plane', 'way', 'many', 'race']) {
    await page.keyboard.press('ArrowRight');
    const figure = page.locator(`push-forward[view=${view}]`);
    await expect(figure).toBeVisible();
    await drawn(figure);
    expectDrawn(await picture(figure));
    if (view === 'many' || view === 'race') continue;
    const before = await figure.evaluate((element) => element.link);
    await figure.getByRole('slider').press('ArrowRight');
    await expect(figure).toBeVisible();
    expect(await figure.evaluate((element) => element.link)).not.toBe(before);
    await figure.evaluate(() => document.activeElement.blur());
  }
});

test('a widget shows what the notebook says, and the notebook hears what a hand does', async ({ page }) => {
  await page.goto(`${server.address}examples/jupyter/notebook.html`);
  const figure = page.locator('push-forward');
  await drawn(figure);
  const saved = () => page.evaluate(() => globalThis.model.saved.at(-1));
  await expect.poll(saved).toMatchObject({ link: expect.stringContaining('class=7&seed=42&to=7&t=0.25'), model: 'vae-fashion', of_class: 7, t: 0.25 });

  await figure.getByRole('slider').press('Shift+ArrowRight');
  await expect.poll(saved).toMatchObject({ link: expect.stringContaining('t=0.35'), t: 0.35, seed: 42 });
  const set = (name, value) => page.evaluate(([name, value]) => globalThis.model.set(name, value), [name, value]);
  // The notebook takes back what the hand did, though the attribute has been so all the time.
  await set('t', 0.25);
  await expect(figure.getByRole('slider')).toHaveValue('0.25');
  await set('t', null);
  await expect(figure.getByRole('slider')).toHaveValue('0');
  await set('link', 'model=gan-fashion&class=1&seed=9&t=0.5');
  await expect.poll(saved).toMatchObject({ model: 'gan-fashion', of_class: 1, seed: 9, t: 0.5 });
  await expect(figure.getByText('Trouser · Generative adversarial network')).toBeVisible();
  await set('view', 'many');
  await expect(figure.locator('canvas')).toHaveCount(16);
  await set('seed', -3);
  await expect.poll(saved).toMatchObject({ error: expect.stringContaining('seed') });
  await set('seed', 3);
  await expect.poll(saved).toMatchObject({ error: '', seed: 3 });

  await page.evaluate(() => globalThis.cleanup());
  await expect(figure).toHaveCount(0);
  expect(await page.evaluate(() => [...globalThis.heard.values()].reduce((sum, { size }) => sum + size, 0))).toBe(0);
});
