// Figures of the npm package's element under the conditions of other people's pages: policies, frames, languages, colours, failures.

import axe from 'axe-core';
import { expect, test } from '@playwright/test';
import { add as addTo, drawn, embedder, PAGES, picture, said } from './embedder.js';
import { host } from './host.js';
import { expectDrawn } from './visitor.js';

let site;

test.beforeAll(async () => {
  site = await embedder();
});

test.afterAll(() => site.close());
test.afterEach(() => site.missing.clear());

/** Adds a figure to a blank page. */
const add = (page, attributes, lang) => addTo(page, site.address, attributes, lang);

test('all views draw under a strict policy, with no inline style and no string of a script', async ({ page }) => {
  const violations = [];
  await page.exposeFunction('violated', (text) => violations.push(text));
  await page.addInitScript(() => addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => globalThis.violated(`${violatedDirective} ${sample}`)));
  await page.goto(`${site.address}strict.html`);
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

for (const lang of ['zh', 'zh-Hans', 'zh_CN', 'ZH-hant-TW']) {
  test(`in a page in ${lang} it speaks Chinese`, async ({ page }) => {
    const figure = await add(page, { view: 'way', 'of-class': '7', t: '0.3' }, lang);
    await expect(figure.getByText('运动鞋 · 变分自编码器 · 从 A 到 B 的 30 % 处')).toBeVisible();
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
  await page.goto(`${site.address}blank.html`);
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
  site.missing.add('models/gan-fashion/weights.bpk');
  const figure = await add(page, { view: 'way', model: 'gan-fashion' });
  await expect(figure.getByRole('status')).toContainText('The weights of the model are not here: Model gan-fashion');
  await expect(figure).not.toHaveAttribute('aria-busy');
  expect(await figure.evaluate((element) => element.said.filter(([type]) => type === 'error').map(([, error]) => error.kind))).toContain('weights');
  site.missing.clear();
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

for (const view of ['picture', 'way', 'plane', 'many', 'race']) {
  test(`one that is gone is let go of: ${view}`, async ({ page }) => {
    await drawn(await add(page, { view, models: 'vae-fashion gan-fashion' }));
    await page.evaluate(() => {
      globalThis.gone = new WeakRef(document.querySelector('push-forward'));
      globalThis.gone.deref().remove();
    });
    const session = await page.context().newCDPSession(page);
    await expect.poll(async () => {
      await session.send('HeapProfiler.collectGarbage');
      return page.evaluate(() => globalThis.gone.deref() === undefined);
    }).toBe(true);
  });
}

test('figures have names, roles and contrast for everybody', async ({ page }) => {
  await page.goto(`${site.address}blank.html`);
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const view of ['way', 'plane', 'many', 'race']) {
      await page.evaluate((view) => {
        const element = document.createElement('push-forward');
        for (const [name, value] of Object.entries({ view, models: 'vae-fashion gan-fashion' })) element.setAttribute(name, value);
        document.body.replaceChildren(element);
      }, view);
      await drawn(page.locator('push-forward'));
      const { violations } = await page.evaluate(() => globalThis.axe.run('push-forward'));
      expect(violations.map(({ id, nodes }) => `${view}, ${colorScheme}: ${id} ${nodes.map(({ target }) => target.join(' '))}`)).toEqual([]);
    }
  }
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
  await page.goto(`${site.address}framed.html`);
  const figure = page.frameLocator('iframe').locator('push-forward');
  await expect(figure.getByText('Any class · Variational autoencoder · at A')).toBeVisible({ timeout: 30_000 });
  expect(await page.frames()[1].evaluate(() => globalThis.origin)).toBe('null');
  expectDrawn(await picture(figure));
});

test('from another origin than the page’s own, it draws', async ({ page }) => {
  const elsewhere = await host(async () => PAGES.inner.replace('../vendor/', `${site.vendor}`));
  await page.goto(elsewhere.address);
  const figure = page.locator('push-forward');
  await drawn(figure);
  expectDrawn(await picture(figure));
  await elsewhere.close();
});

test('where no worker may be started, it says so in a sentence', async ({ page }) => {
  await page.goto(`${site.address}shut.html`);
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
