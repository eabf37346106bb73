// Pages of other people that hold the npm package's element, and what these people do with it.

import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect } from '@playwright/test';
import { host } from './host.js';

const PACKAGE = 'pkg/dist';
/** Nothing but scripts of one's own, no style from outside constructed sheets, and no string where a script's address is wanted. */
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";
const SCRIPT = '<script type="module" src="../vendor/pushforward/www/element.js"></script>';

/** The pages, by their names. */
export const PAGES = {
  strict: `<!doctype html><html lang="en"><title>Strict</title><meta http-equiv="Content-Security-Policy" content="${STRICT}">${SCRIPT}
    <push-forward view="way" seed="42" t="0.25" of-class="7"></push-forward>
    <push-forward view="plane" seed="42" of-class="7"></push-forward>
    <push-forward view="many" of-class="8"></push-forward>
    <push-forward view="race" models="vae-fashion gan-fashion" seed="5"></push-forward>`,
  far: `<!doctype html><title>Far</title>${SCRIPT}<div style="height: 5000px"></div><push-forward view="way" model="gan-fashion"></push-forward>`,
  blank: `<!doctype html><html lang="en"><title>Blank</title>${SCRIPT}`,
  inner: `<!doctype html><html lang="en"><title>Inner</title>${SCRIPT}<push-forward view="way" seed="42"></push-forward>`,
  closed: `<!doctype html><html lang="en"><title>Closed</title>
    <meta http-equiv="Content-Security-Policy" content="script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'">${SCRIPT}<push-forward view="way"></push-forward>`,
  framed: '<!doctype html><title>Framed</title><iframe sandbox="allow-scripts" src="inner.html" width="600" height="700"></iframe>',
  shut: '<!doctype html><title>Shut</title><iframe sandbox="allow-scripts" src="closed.html" width="600" height="700"></iframe>',
};

/** Serves the pages and the package; files that are `missing` are not there for now. */
export async function embedder() {
  const missing = new Set();
  const { address, close } = await host(async (path) => {
    const name = /^demo\/(\w+)\.html$/.exec(path)?.[1];
    if (name) return PAGES[name] ?? null;
    const file = normalize(path).replace(/^vendor\/pushforward\//, '');
    return missing.has(file) ? null : readFile(join(PACKAGE, file)).catch(() => null);
  }, 'no-cache', 'application/octet-stream', { 'access-control-allow-origin': '*' });
  return { address: `${address}demo/`, vendor: `${address}vendor/`, missing, close };
}

/** Waits until all of a figure is there. */
export async function drawn(figure) {
  await expect.poll(() => figure.evaluate((element) => element.link !== '' && !element.hasAttribute('aria-busy')), { timeout: 30_000 }).toBe(true);
}

/** RGBA of one of its pictures. */
export function picture(figure, index = 0) {
  return figure.locator('canvas').nth(index).evaluate((canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]);
}

/** Adds a figure to a blank page; what it fires is kept in its `said`. */
export async function add(page, address, attributes, lang) {
  await page.goto(`${address}blank.html`);
  await page.evaluate(([attributes, lang]) => {
    if (lang) document.documentElement.lang = lang;
    const element = document.createElement('push-forward');
    element.said = [];
    for (const type of ['draw', 'message', 'error']) element.addEventListener(type, ({ detail }) => element.said.push([type, detail]));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    document.body.append(element);
  }, [attributes, lang]);
  return page.locator('push-forward');
}

/** What a figure has fired, of one type. */
export function said(figure, type) {
  return figure.evaluate((element, type) => element.said.filter(([other]) => other === type).map(([, detail]) => detail), type);
}
