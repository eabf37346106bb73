// Figures of the npm package's element in pages of other people: their views, and the conditions that such pages are under.

import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { expectDrawn } from './visitor.js';

const PACKAGE = 'pkg/dist';
/** Nothing but scripts of one's own, no style from outside constructed sheets, and no string where a script's address is wanted. */
const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";
const SCRIPT = '<script type="module" src="../vendor/pushforward/www/element.js"></script>';

/** The pages of these tests, by their names. */
const PAGES = {
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

let server;
let address;
/** Files that are not there for now. */
const missing = new Set();

test.beforeAll(async () => {
  server = await host(async (path) => {
    const name = /^demo\/(\w+)\.html$/.exec(path)?.[1];
    if (name) return PAGES[name] ?? null;
    const file = normalize(path).replace(/^vendor\/pushforward\//, '');
    return missing.has(file) ? null : readFile(join(PACKAGE, file)).catch(() => null);
  }, 'no-cache', 'application/octet-stream', { 'access-control-allow-origin': '*' });
  address = `${server.address}demo/`;
});

test.afterAll(() => server.close());
test.afterEach(() => missing.clear());

/** Waits until all of a figure is there. */
async function drawn(figure) {
  await expect.poll(() => figure.evaluate((element) => element.link !== '' && !element.hasAttribute('aria-busy'))).toBe(true);
}

/** RGBA of one of its pictures. */
function picture(figure, index = 0) {
  return figure.locator('canvas').nth(index).evaluate((canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]);
}

/** Adds a figure to a blank page; what it fires is kept in its `said`. */
async function add(page, attributes, lang) {
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
function said(figure, type) {
  return figure.evaluate((element, type) => element.said.filter(([other]) => other === type).map(([, detail]) => detail), type);
}

test('all views draw under a strict policy, with no inline style and no string of a script', async ({ page }) => {
  const violations = [];
  await page.exposeFunction('violated', (text) => violations.push(text));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => globalThis.violated(`${violatedDirective} ${sample}`)));
  await page.goto(`${address}strict.html`);
  for (const view of ['way', 'plane', 'many', 'race']) {
    const figure = page.locator(`push-forward[view=${view}]`);
    await figure.scrollIntoViewIfNeeded();
    await drawn(figure);
    expectDrawn(await picture(figure));
  }
  // The first worker is asked for in the plain way, which a bundler understands; the second by a policy.
  expect(violations.filter((text) => !/^require-trusted-types-for Worker/.test(text))).toEqual([]);
  expect(violations.length).toBeLessThanOrEqual(1);
  await expect(page.locator('push-forward[view=many] canvas')).toHaveCount(16);
  await expect(page.locator('push-forward[view=race] li')).toHaveCount(2);
});

test('a figure out of sight asks for nothing, and goes on when it is back', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${address}far.html`);
  await page.waitForTimeout(500);
  expect(asked.filter((url) => /wasm|weights|embedded\/(figure|way)/.test(url))).toEqual([]);
  const figure = page.locator('push-forward');
  await figure.scrollIntoViewIfNeeded();
  await drawn(figure);
  expectDrawn(await picture(figure));
});

test('a race that leaves the sight is given up, and begins anew', async ({ page }) => {
  const figure = await add(page, { view: 'race', model: 'diffusion-fashion', models: 'autoregressive-fashion diffusion-fashion', steps: '100' });
  // It goes out of sight as soon as it is under way.
  const steps = () => figure.locator('.steps').last().textContent();
  await figure.evaluate((element) => new Promise((resolve) => {
    const look = () => {
      if (!element.shadowRoot.textContent.includes('of 100 steps')) return requestAnimationFrame(look);
      element.style.display = 'none';
      resolve();
    };
    look();
  }));
  await expect(figure).not.toHaveAttribute('aria-busy');
  const far = await steps();
  expect(far).not.toBe('100 of 100 steps');
  await page.waitForTimeout(500);
  expect(await steps()).toBe(far);
  expect(await said(figure, 'draw')).toEqual([]);
  expect(await said(figure, 'error')).toEqual([]);
  await figure.evaluate((element) => (element.style.display = ''));
  await expect.poll(() => said(figure, 'draw'), { timeout: 60_000 }).toHaveLength(1);
  expect(await steps()).toBe('100 of 100 steps');
  await expect(figure.locator('li.home')).toHaveCount(2);
});

test('the path: slider, keys and ends change t, and the host follows', async ({ page }) => {
  const figure = await add(page, { view: 'way', seed: '42', to: '7', t: '0.25', 'of-class': '7' });
  await drawn(figure);
  const slider = figure.getByRole('slider', { name: 'Position on the path from A to B' });
  await expect(slider).toHaveValue('0.25');
  await expect(slider).toHaveAttribute('aria-valuetext', '25 % from A to B');
  const before = await picture(figure);
  await slider.press('ArrowRight');
  await slider.press('Shift+ArrowRight');
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('t=0.36');
  expect(await figure.evaluate((element) => element.link)).toContain('t=0.36');
  expect(await figure.getAttribute('t')).toBe('0.25');
  expect(await picture(figure)).not.toEqual(before);
  await figure.getByRole('button', { name: 'Go to B' }).click();
  await expect(figure.getByText('Sneaker · Variational autoencoder · at B')).toBeVisible();
  expect(await picture(figure, 2)).toEqual(await picture(figure, 0));

  // An attribute counts again when it changes; what a hand has changed beside it stays.
  await figure.evaluate((element) => element.setAttribute('of-class', '1'));
  await expect.poll(() => figure.evaluate((element) => element.link)).toContain('class=1&seed=42&to=7&t=1');
  await figure.evaluate((element) => element.setAttribute('t', '0.5'));
  await expect(slider).toHaveValue('0.5');
  await figure.evaluate((element) => (element.link = 'https://example.org/#model=gan-fashion&seed=9&to=2&t=0.75&lang=zh'));
  await expect(slider).toHaveValue('0.75');
  await expect(figure.getByText('Any class · Generative adversarial network · 75 % from A to B')).toBeVisible();
  expect(await said(figure, 'message')).toEqual([]);
});

test('of a storm of changes the newest is drawn, whatever came before', async ({ page }) => {
  const figure = await add(page, { view: 'way', model: 'diffusion-fashion', seed: '42', to: '7' });
  await drawn(figure);
  const first = await picture(figure);
  const moved = (ts) => figure.locator('input').evaluate(async (input, ts) => {
    for (const t of ts) {
      input.value = String(t);
      input.dispatchEvent(new Event('input'));
      await new Promise((resolve) => { setTimeout(resolve, 16); });
    }
  }, ts);
  await moved(Array.from({ length: 50 }, (_, i) => (i + 1) / 50));
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('t=1');
  const links = await said(figure, 'draw');
  expect(links.length).toBeLessThan(6);
  // Back at once to what is there: what was on its way then does not take its place.
  await moved([0.5, 0]);
  await drawn(figure);
  await expect.poll(async () => JSON.stringify(await picture(figure)) === JSON.stringify(first)).toBe(true);
  await page.waitForTimeout(600);
  expect(await picture(figure)).toEqual(first);
});

test('the plane: the point is dragged and moved by keys, and is as large as a finger', async ({ page }) => {
  const figure = await add(page, { view: 'plane', seed: '42', to: '7' });
  await drawn(figure);
  const point = figure.getByRole('slider');
  const dot = await figure.locator('.dot').boundingBox();
  const [x, y] = [dot.x + dot.width / 2, dot.y + dot.height / 2];
  const grabs = (dx, dy) => figure.evaluate((element, [x, y]) => Boolean(element.shadowRoot.elementFromPoint(x, y)?.closest('.point')), [x + dx, y + dy]);
  expect(await Promise.all([[21, 0], [-21, 0], [0, 21], [0, -21]].map(([dx, dy]) => grabs(dx, dy)))).toEqual([true, true, true, true]);
  expect(await grabs(24, 0)).toBe(false);
  const before = await picture(figure);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 60, y - 40, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('at=');
  await drawn(figure);
  expect(await picture(figure)).not.toEqual(before);
  await expect(figure.locator('.typical')).toHaveCount(1);
  const at = () => figure.evaluate((element) => /at=([-\d.]+)(?:,|%2C)([-\d.]+)/.exec(element.link).slice(1).map(Number));
  const [across] = await at();
  await point.press('Shift+ArrowRight');
  expect((await at())[0]).toBeGreaterThan(across);
  await point.press('End');
  expect(await figure.evaluate((element) => element.link)).toContain('t=1');
  await expect(figure.getByText('|z| = ')).toBeVisible();
});

test('many: sixteen samples, each of a seed of its own, and sixteen others', async ({ page }) => {
  const figure = await add(page, { view: 'many', 'of-class': '8', draws: '100' });
  await drawn(figure);
  await expect(figure.getByRole('img', { name: 'Sample of seed 100' })).toBeVisible();
  await expect(figure.getByRole('img', { name: 'Sample of seed 115' })).toBeVisible();
  const before = await Promise.all(Array.from({ length: 16 }, (_, index) => picture(figure, index)));
  expect(new Set(before.map(String)).size).toBe(16);
  const alone = await page.evaluate(async () => {
    const { default: pushforward } = await import('../vendor/pushforward/www/api.js');
    return [...(await pushforward.generate({ model: 'vae-fashion', seed: 103, condition: { class: 8 } })).image.data];
  });
  expect(before[3]).toEqual(alone);
  await figure.getByRole('button', { name: 'Sample again' }).click();
  await expect.poll(() => said(figure, 'draw').then((links) => links.at(-1))).toContain('draws=116');
  await expect(figure.getByText('seeds 116 to 131')).toBeVisible();
  expect(await picture(figure, 0)).not.toEqual(before[0]);
});

test('a race: the models that are asked for, or all of the data set, with steps and clocks', async ({ page }) => {
  const figure = await add(page, { view: 'race', models: 'vae-fashion nobody diffusion-fashion', 'of-class': '9' });
  await expect.poll(() => said(figure, 'draw'), { timeout: 60_000 }).toHaveLength(1);
  expect((await said(figure, 'message')).flat()).toEqual([expect.stringMatching(/^models: expected one of .*vae-fashion.*, got "nobody"$/)]);
  await expect(figure.locator('.steps')).toHaveText(['1 of 1 step', '25 of 25 steps']);
  await expect(figure.locator('.clock')).toHaveText([/^\d+(\.\d)? ms$/, /^\d+(\.\d)? m?s$/]);
  await expect(figure.getByText('Ankle boot · First: Variational autoencoder')).toBeVisible();
  await figure.getByRole('button', { name: 'Start again' }).click();
  await expect(figure).toHaveAttribute('aria-busy', 'true');
  await drawn(figure);
  await figure.evaluate((element) => element.removeAttribute('models'));
  await expect(figure.locator('li')).toHaveCount(6);
});

test('whoever wants less motion begins a race by hand', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const figure = await add(page, { view: 'race', models: 'vae-fashion gan-fashion' });
  await expect(figure.getByText('2 models, the same seed')).toBeVisible();
  await page.waitForTimeout(300);
  expect(await said(figure, 'draw')).toEqual([]);
  await figure.getByRole('button', { name: 'Start' }).click();
  await expect.poll(() => said(figure, 'draw')).toHaveLength(1);
  expectDrawn(await picture(figure, 1));
});

test('an unknown view is said, and the picture is drawn', async ({ page }) => {
  const told = [];
  page.on('console', (message) => message.type() === 'error' && told.push(message.text()));
  const figure = await add(page, { view: 'plan', seed: '42', 'of-class': '1' });
  await expect(figure).toHaveAttribute('role', 'img');
  expect(await said(figure, 'message')).toEqual([['view: expected one of picture, plane, many, way, race, got "plan"']]);
  expectDrawn(await picture(figure));
  expect((await figure.boundingBox()).width).toBe(168);
  expect(told.filter((text) => !text.includes('favicon'))).toEqual([]);

  // It becomes a figure, and a picture again.
  await figure.evaluate((element) => element.setAttribute('view', 'way'));
  await expect(figure.getByRole('slider')).toBeVisible();
  await expect(figure).not.toHaveAttribute('role');
  await figure.evaluate((element) => element.removeAttribute('view'));
  await expect(figure).toHaveAttribute('aria-label', 'Trouser (Variational autoencoder)');
  await expect(figure.locator('canvas')).toHaveCount(1);
});

for (const lang of ['zh', 'zh-Hans', 'zh_CN', 'ZH-hant-TW']) {
  test(`in a page in ${lang} it speaks Chinese`, async ({ page }) => {
    const figure = await add(page, { view: 'way', 'of-class': '7', t: '0.3' }, lang);
    await expect(figure.getByText('运动鞋 · 变分自编码器 · 从 A 到 B 的 30 %')).toBeVisible();
    await expect(figure.getByRole('slider', { name: '从 A 到 B 的路径上的位置' })).toBeVisible();
    await figure.evaluate((element) => (element.lang = 'fr'));
    await expect(figure.getByText('Sneaker · Variational autoencoder · 30 % from A to B')).toBeVisible();
    await figure.evaluate((element) => element.removeAttribute('lang'));
    await expect(figure.getByText('运动鞋 · 变分自编码器')).toBeVisible();
    await page.evaluate(() => (document.documentElement.lang = 'en-GB'));
    await expect(figure.getByText('Sneaker · Variational autoencoder')).toBeVisible();
  });
}

test('the language is that around it, through the shadow of another element', async ({ page }) => {
  await page.goto(`${address}blank.html`);
  await page.evaluate(() => {
    const outer = document.createElement('section');
    outer.lang = 'zh';
    outer.attachShadow({ mode: 'open' }).append(Object.assign(document.createElement('div'), { id: 'inside' }));
    outer.shadowRoot.firstChild.append(document.createElement('push-forward'));
    outer.shadowRoot.querySelector('push-forward').setAttribute('view', 'many');
    document.body.append(outer);
  });
  await expect(page.getByRole('button', { name: '重新采样' })).toBeVisible();
});

test('what fails is said in a sentence and by an event, and can be tried again', async ({ page }) => {
  missing.add('models/gan-fashion/weights.bpk');
  const figure = await add(page, { view: 'way', model: 'gan-fashion' });
  await expect(figure.getByRole('status')).toContainText('The weights of the model are not here: Model gan-fashion');
  await expect(figure).not.toHaveAttribute('aria-busy');
  expect(await figure.evaluate((element) => element.said.filter(([type]) => type === 'error').map(([, error]) => error.kind))).toContain('weights');
  missing.clear();
  await figure.getByRole('button', { name: 'Try again' }).click();
  await drawn(figure);
  expectDrawn(await picture(figure));
  await expect(figure.getByRole('button', { name: 'Try again' })).toBeHidden();
});

test('one that is taken away gives up what it had asked for, and goes on where it is put', async ({ page }) => {
  const figure = await add(page, { view: 'many', model: 'diffusion-fashion' });
  await expect(figure.locator('canvas:not(.stale)').nth(1)).toBeVisible({ timeout: 30_000 });
  const left = await figure.evaluate(async (element) => {
    globalThis.kept = element;
    element.remove();
    const before = element.shadowRoot.querySelectorAll('.stale').length;
    element.setAttribute('of-class', '3');
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    return [before, element.shadowRoot.querySelectorAll('.stale').length, element.hasAttribute('aria-busy')];
  });
  expect(left[0]).toBeGreaterThan(0);
  expect(left).toEqual([left[0], left[0], false]);
  await page.evaluate(() => document.body.append(globalThis.kept));
  await expect.poll(() => said(figure, 'draw'), { timeout: 60_000 }).toEqual([expect.stringContaining('model=diffusion-fashion&class=3&seed=42')]);
  await expect(figure.locator('.stale')).toHaveCount(0);
});

test('two figures share the page, and neither waits for the other to be done', async ({ page }) => {
  const slow = await add(page, { view: 'many', model: 'diffusion-fashion' });
  await expect(slow.locator('canvas:not(.stale)').first()).toBeVisible({ timeout: 30_000 });
  await page.evaluate(() => {
    const element = document.createElement('push-forward');
    element.id = 'other';
    element.setAttribute('view', 'way');
    document.body.prepend(element);
  });
  await drawn(page.locator('#other'));
  expectDrawn(await picture(page.locator('#other')));
  expect(await page.locator('push-forward').last().locator('.stale').count()).toBeGreaterThan(0);
});

test('in a sandboxed frame, whose origin is none, it draws', async ({ page }) => {
  await page.goto(`${address}framed.html`);
  const figure = page.frameLocator('iframe').locator('push-forward');
  await expect(figure.getByText('Any class · Variational autoencoder · at A')).toBeVisible({ timeout: 30_000 });
  expect(await page.frames()[1].evaluate(() => globalThis.origin)).toBe('null');
  expectDrawn(await picture(figure));
});

test('from another origin than the page’s own, it draws', async ({ page }) => {
  const elsewhere = await host(async () => PAGES.inner.replace('../vendor/', `${server.address}vendor/`));
  await page.goto(elsewhere.address);
  const figure = page.locator('push-forward');
  await drawn(figure);
  expectDrawn(await picture(figure));
  await elsewhere.close();
});

test('where no worker may be started, it says so in a sentence', async ({ page }) => {
  await page.goto(`${address}shut.html`);
  const figure = page.frameLocator('iframe').locator('push-forward');
  await expect(figure.getByRole('status')).toContainText('The engine did not start, or stopped', { timeout: 30_000 });
  await expect(figure.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('colours follow the reader’s scheme, and the page where it sets them', async ({ page }) => {
  const figure = await add(page, { view: 'way' });
  await drawn(figure);
  const colours = () => figure.evaluate((element) => ['figure', '.end.a b'].map((name) => getComputedStyle(element.shadowRoot.querySelector(name)).backgroundColor));
  expect(await colours()).toEqual(['rgb(251, 250, 248)', 'rgb(207, 47, 20)']);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await colours()).toEqual(['rgb(15, 16, 20)', 'rgb(255, 122, 94)']);
  await page.addStyleTag({ content: 'push-forward { --a: rgb(0, 128, 128); --paper: rgb(1, 2, 3); }' });
  expect(await colours()).toEqual(['rgb(1, 2, 3)', 'rgb(0, 128, 128)']);
});
