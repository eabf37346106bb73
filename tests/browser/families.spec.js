// The families side by side: choosing one, what it fetches and keeps, and its own controls.

import { expect, test } from '@playwright/test';
import { act, difference, drawn, expectDrawn, fragment, nearOwn, pixels, settled, visit } from './visitor.js';

const VAE = 'Variational autoencoder';
const GAN = 'Generative adversarial network';
const DIFFUSION = 'Diffusion';
/** Few steps, so that the tests are quick; more than a sketch has. */
const LINK = '#model=diffusion-fashion&class=9&seed=5&to=6&steps=6';

const choose = (page, name) => page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });

/** Counts the requests for weights, by model. */
function weights(page) {
  const asked = [];
  page.on('request', (request) => {
    const model = /models\/([\w-]+)\/weights/.exec(request.url())?.[1];
    if (model) asked.push(model);
  });
  return asked;
}

test('each family draws from its card, and the latent panel has its shape', async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=3&seed=5');
  const models = await page.evaluate(async () => await globalThis.pushforward.models());
  const pictures = [];
  for (const { id, name, version, latent, classes, image } of models) {
    await choose(page, name);
    await settled(page);
    // A class is no more where there are none.
    const condition = classes.length > 0 ? { class: 3 } : 'any';
    expect(await fragment(page)).toContain(`model=${id}${version ? `&version=${version}` : ''}${classes.length > 0 ? '&class=3' : ''}&seed=5`);
    const picture = await pixels(page);
    expectDrawn(picture, image.width);
    pictures.push(String(picture));
    expect(difference(picture, await drawn(page, { model: id, seed: 5, condition, noiseSeed: 5 }))).toBe(0);
    const dimension = latent.shape.reduce((a, b) => a * b);
    await expect(page.locator('#plane-title mn[data-dimension]')).toHaveText(String(dimension));
    await expect(page.locator('.story [data-dimension]')).toHaveText(String(dimension));
    await expect(page.locator('#noise')).toBeVisible({ visible: latent.shape.length > 1 });
    await expect(page.locator('#bars')).toBeVisible({ visible: latent.shape.length === 1 });
  }
  expect(new Set(pictures).size).toBe(models.length);
});

test('the chooser goes by keys', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await page.getByRole('radio', { name: VAE }).focus();
  await page.keyboard.press('ArrowRight');
  await settled(page);
  await expect(page.getByRole('radio', { name: GAN })).toBeChecked();
  expect(await fragment(page)).toContain('model=gan-fashion');
});

test('weights are fetched only when their model is chosen, and kept for the next visit', async ({ page, context }) => {
  const asked = weights(page);
  await visit(page, '#model=vae-fashion&seed=5');
  expect(asked).toEqual(['vae-fashion']);
  await choose(page, GAN);
  await settled(page);
  await choose(page, VAE);
  await settled(page);
  expect(asked).toEqual(['vae-fashion', 'gan-fashion']);
  const picture = await pixels(page);

  const next = await context.newPage();
  const again = weights(next);
  await visit(next, '#model=vae-fashion&seed=5');
  await choose(next, GAN);
  await settled(next);
  expect(again).toEqual([]);
  await choose(next, VAE);
  await settled(next);
  expect(difference(await pixels(next), picture)).toBe(0);
});

test('what was kept of a model of yesterday is let go, and what has gone bad is fetched anew', async ({ page, context }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  const picture = await pixels(page);
  const old = await page.evaluate(async () => {
    const cache = await caches.open('pushforward-weights');
    const [{ url }] = await cache.keys();
    await cache.put(url, new Response(new Uint8Array(100)));
    const old = url.replace(/sha256=\w+/, 'sha256=00');
    await cache.put(old, new Response(new Uint8Array(100)));
    return old;
  });
  const next = await context.newPage();
  const asked = weights(next);
  await visit(next, '#model=vae-fashion&seed=5');
  expect(asked).toEqual(['vae-fashion']);
  expect(difference(await pixels(next), picture)).toBe(0);
  const keys = () => next.evaluate(async () => (await (await caches.open('pushforward-weights')).keys()).map(({ url }) => url));
  await expect.poll(keys).not.toContain(old);
  expect(await keys()).toHaveLength(1);
});

test('where the browser keeps nothing, the page draws all the same', async ({ page }) => {
  await page.route('**/www/kept.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `const caches = undefined;\n${await response.text()}` });
  });
  await visit(page, '#model=vae-fashion&seed=5');
  expectDrawn(await pixels(page));
  await expect(page.locator('#notices')).toBeEmpty();
});

test('an error in keeping weights costs no picture', async ({ page }) => {
  // As a bundler that knows no address for what is kept: the worker's own error, beyond what storage may do.
  await page.route('**/www/kept.js', async (route) => {
    const body = `export async function recall() { return null; }
      export async function keep() { throw new Error('Cannot find module'); }`;
    await route.fulfill({ response: await route.fetch(), body });
  });
  await visit(page, '#model=vae-fashion&seed=5');
  await choose(page, GAN);
  await settled(page);
  expectDrawn(await pixels(page));
  await page.waitForTimeout(300);
  await expect(page.locator('#notices')).toBeEmpty();
  await expect(page.locator('#device')).not.toContainText('failed');
});

test('another family chosen while weights are under way need not wait for them', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  const before = await pixels(page);
  await page.route('**/models/gan-fashion/*.bpk', () => {});
  await choose(page, GAN);
  await expect(page.locator('#loading')).toBeVisible();
  await choose(page, VAE);
  await settled(page);
  await expect(page.locator('#loading')).toBeHidden();
  expect(difference(await pixels(page), before)).toBe(0);
});

test('a family whose weights do not arrive says so, and the others draw', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await page.route('**/models/gan-fashion/*.bpk', (route) => route.fulfill({ status: 404, body: '' }));
  await choose(page, GAN);
  await expect(page.locator('#notices')).toContainText(/gan-fashion.*404/);
  await choose(page, VAE);
  await settled(page);
  await expect(page.locator('#notices')).toBeEmpty();
  await page.unroute('**/models/gan-fashion/*.bpk');
  await choose(page, GAN);
  await settled(page);
  expectDrawn(await pixels(page));
});

test('the controls are those of the card, and every one is in the link', async ({ page }) => {
  await visit(page, LINK);
  await expect(page.locator('#controls')).toBeVisible();
  const seen = [await pixels(page)];
  for (const [label, key, said] of [['Steps', 'ArrowLeft', 'steps=5&guidance=1&sampler=multistep'], ['Guidance', 'Shift+ArrowRight', 'guidance=2']]) {
    await page.getByLabel(label, { exact: true }).focus();
    await page.keyboard.press(key);
    await settled(page);
    expect(await fragment(page)).toContain(said);
    seen.push(await pixels(page));
  }
  for (const sampler of ['DDIM', 'Heun', 'Ancestral']) {
    await page.locator('#controls').getByText(sampler).click();
    await settled(page);
    expect(await fragment(page)).toContain(`sampler=${sampler.toLowerCase()}`);
    seen.push(await pixels(page));
  }
  seen.forEach((picture) => expectDrawn(picture));
  expect(new Set(seen.map(String)).size).toBe(seen.length);
  const last = await drawn(page, {
    model: 'diffusion-fashion', seed: 5, condition: { class: 9 }, steps: 5, guidance: 2, sampler: 'ancestral', noiseSeed: 5,
  });
  expect(difference(seen.at(-1), last)).toBe(0);

  // What another family has not is hidden, and out of the link.
  await choose(page, VAE);
  await settled(page);
  await expect(page.locator('#controls')).toBeHidden();
  expect(await fragment(page)).not.toMatch(/steps|guidance|sampler/);
});

test('steps go to both ends of their range, by pointer and by keys', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&seed=5&steps=2');
  const steps = page.getByLabel('Steps', { exact: true });
  await steps.focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowLeft');
  await settled(page);
  expect(await fragment(page)).toContain('steps=1&');
  await expect(page.locator('.predicted')).toBeHidden();
  const box = await steps.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await settled(page);
  // Half the way of a logarithmic slider from 1 to 100.
  const half = Number(new URLSearchParams(await fragment(page)).get('steps'));
  expect(half).toBeGreaterThanOrEqual(9);
  expect(half).toBeLessThanOrEqual(11);
});

test('a link with everything redraws the picture', async ({ page, browser, baseURL }) => {
  await visit(page, '#model=diffusion-fashion&class=3&seed=9&to=8&mode=lerp&t=0.4&steps=3&guidance=2.5&sampler=ancestral');
  const canvas = page.locator('#noise canvas');
  const box = await canvas.boundingBox();
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 120, { steps: 4 });
  await page.mouse.up();
  await settled(page);
  const link = await fragment(page);
  expect(link).toMatch(/^model=diffusion-fashion&class=3&seed=9&to=8&mode=lerp&t=0\.4&steps=3&guidance=2\.5&sampler=ancestral&mask=[\w-]{131}&brush=1$/);
  const [picture, noise] = [await pixels(page), await pixels(page, '#noise canvas')];
  const context = await browser.newContext({ baseURL });
  const friend = await context.newPage();
  await visit(friend, `#${link}`);
  await expect(friend.locator('#notices')).toBeEmpty();
  expect(difference(await pixels(friend), picture)).toBe(0);
  expect(difference(await pixels(friend, '#noise canvas'), noise)).toBe(0);
  await context.close();
});

const BAD = [
  ['steps=0', /steps.*from 1 to 100.*"0"/, 'steps=1&'],
  ['steps=0.5', /steps.*0\.5/, 'steps=1&'],
  ['guidance=NaN&steps=2', /guidance.*NaN/, 'guidance=1&'],
  ['guidance=-3&steps=2', /guidance.*-3/, 'guidance=0&'],
  ['sampler=teleport&steps=2', /sampler.*multistep.*teleport/, 'sampler=multistep'],
  ['mask=AAAA&steps=2', /mask.*784/, 'steps=2'],
];

test('controls that cannot be: a message, the nearest valid ones, and a picture', async ({ page }) => {
  await visit(page, '#model=vae-fashion');
  for (const [bad, said, mended] of BAD) {
    await page.evaluate((bad) => (location.hash = `#model=diffusion-fashion&seed=5&${bad}`), bad);
    await expect(page.locator('#notices')).toContainText(said);
    await settled(page);
    expectDrawn(await pixels(page));
    await act(page);
    expect(await fragment(page)).toContain(mended);
  }
});

test('two pages at once draw the same', async ({ context }) => {
  const pages = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(pages.map((page) => visit(page, LINK)));
  const [a, b] = await Promise.all(pages.map((page) => pixels(page)));
  expectDrawn(a);
  expect(difference(a, b)).toBe(0);
});

test('a class that is there in both families survives the change', async ({ page }) => {
  await visit(page, LINK);
  await choose(page, GAN);
  await settled(page);
  await expect(page.getByRole('radio', { name: 'Ankle boot' })).toBeChecked();
  await choose(page, DIFFUSION);
  await settled(page);
  await expect(page.getByRole('radio', { name: 'Ankle boot' })).toBeChecked();
});

test('every slider of the way and of the brush is filled up to its thumb', async ({ page }) => {
  await visit(page, LINK);
  await nearOwn(page);
  const brush = page.getByRole('slider', { name: 'Brush' });
  const places = () => page.locator('.dial [type=range]').evaluateAll((sliders) => sliders.map((slider) => [
    slider.style.getPropertyValue('--place'), String((slider.value - slider.min) / (slider.max - slider.min)),
  ]));
  const before = await places();
  expect(before.length).toBeGreaterThan(2);
  await brush.focus();
  await page.keyboard.press('ArrowRight');
  const after = await places();
  expect(after).not.toEqual(before);
  for (const [filled, place] of [...before, ...after]) expect(Number(filled)).toBeCloseTo(Number(place), 6);
});
