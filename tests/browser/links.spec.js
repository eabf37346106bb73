// Links: those that are not quite right get a message and the nearest valid state, never a blank page; those to a family's own address
// draw the very same.

import { expect, test } from '@playwright/test';
import { act, difference, drawn, expectDrawn, fragment, pixels, settled, visit } from './visitor.js';

const BAD = [
  ['a seed that is no number', 'model=vae-fashion&seed=NaN', /seed.*NaN/],
  ['an infinite t', 'model=vae-fashion&seed=1&t=Infinity', /\bt\b.*[Ii]nf/],
  ['a huge seed', 'model=vae-fashion&seed=99999999999999999999', /seed.*9999/],
  ['a negative seed', 'model=vae-fashion&seed=-5', /seed.*-5/],
  ['a huge t', 'model=vae-fashion&seed=1&t=1e300', /\bt\b.*1e300/],
  ['a point that is no number', 'model=vae-fashion&seed=1&at=NaN,1', /at.*NaN/],
  ['half a point', 'model=vae-fashion&seed=1&at=1', /at.*1/],
  ['a point far away', 'model=vae-fashion&seed=1&at=1e9,-1e9', /at.*1e9/],
  ['a model that is not there', 'model=dall-e&seed=1', /model.*dall-e/],
  ['a class that is not there', 'model=vae-fashion&seed=1&class=99', /class.*99/],
  ['a mode that is not there', 'model=vae-fashion&seed=1&mode=teleport', /mode.*teleport/],
  ['an empty seed', 'model=vae-fashion&seed=', /seed/],
  ['markup for a value', 'model=%3Cimg%20src%3Dx%3E&seed=1', /model.*<img/],
];

for (const [what, bad, said] of BAD) {
  test(`${what}: a message and a picture`, async ({ page }) => {
    await visit(page, `#${bad}`);
    await expect(page.locator('#notices')).toContainText(said);
    await expect(page.locator('#notices img')).toHaveCount(0);
    expectDrawn(await pixels(page));
    // What was asked for still stands there, for who wants to mend it by hand.
    expect(await fragment(page)).toBe(bad);
    // With the first change the address is mended: opened again, there is nothing to complain about.
    await act(page);
    const mended = await fragment(page);
    expect(mended).toContain('model=vae-fashion');
    const again = await page.context().newPage();
    await visit(again, `#${mended}`);
    await expect(again.locator('#notices')).toBeEmpty();
    expect(await pixels(again)).toEqual(await pixels(page));
  });
}

for (const fine of ['', '#', '#seed=3', '#model=vae-fashion', '#model=vae-fashion&seed=3&colour=blue&utm_source=x', '#&&=&', '#%']) {
  test(`"${fine}" is drawn, missing parts at their defaults`, async ({ page }) => {
    await visit(page, `./${fine}`);
    expectDrawn(await pixels(page));
    await expect(page.locator('#notices')).toBeEmpty();
    expect(await fragment(page)).toBe(fine.replace('#', ''));
    await act(page);
    // What says nothing at all opens with the usual picture.
    expect(await fragment(page)).toMatch(fine.length > 1 ? /^model=vae-fashion&.*seed=\d+/ : /^model=gan-fashion&version=\d+&class=9&seed=\d+/);
  });
}

test('a bad fragment typed into the open page: a message; a good one takes it away', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await page.evaluate(() => (location.hash = '#model=vae-fashion&seed=x'));
  await expect(page.locator('#notices')).toContainText('seed');
  expect(await fragment(page)).toBe('model=vae-fashion&seed=x');
  await page.evaluate(() => (location.hash = '#model=vae-fashion&seed=8'));
  await expect(page.locator('#notices')).toBeEmpty();
  await settled(page);
});

test('a change that waits to be written gives way to an address that is typed', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  const address = await page.evaluate(async () => {
    const slider = document.querySelector('#slider input');
    for (const t of [0.1, 0.2]) {
      slider.valueAsNumber = t;
      slider.dispatchEvent(new Event('input'));
      await new Promise((resolve) => { setTimeout(resolve, 60); });
    }
    location.hash = '#model=vae-fashion&seed=8';
    await new Promise((resolve) => { setTimeout(resolve, 600); });
    return location.hash;
  });
  expect(address).toBe('#model=vae-fashion&seed=8');
  await settled(page);
  await expect(page.locator('#slider input')).toHaveValue('0');
});

test('a sign that escapes nothing is text', async ({ page }) => {
  for (const prompt of ['cat%+5dog', '100% 5 cats', 'cat%E5%BE']) {
    await visit(page, `#model=emoji&seed=5&steps=2&prompt=${prompt}`);
    await expect(page.getByRole('textbox', { name: 'Prompt', exact: true })).toHaveValue(prompt);
    await expect(page.locator('#notices')).toBeEmpty();
  }
});

test('a message can be dismissed', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=x');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.locator('#notices')).toBeEmpty();
});

test('an unknown backend in the address: a message, and the page chooses', async ({ page }) => {
  await visit(page, '?backend=abacus');
  await expect(page.locator('#notices')).toContainText(/abacus.*webgpu or cpu/);
  expectDrawn(await pixels(page));
});

test('an address that somebody goes to right after a change is not written over', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&to=6');
  for (const seed of [11, 12]) {
    await page.evaluate((seed) => {
      const slider = document.querySelector('#slider input');
      slider.valueAsNumber = seed / 100;
      slider.dispatchEvent(new Event('input'));
      location.hash = `#model=vae-fashion&seed=${seed}&to=6`;
      // The change is written now, before the event that tells of the other address.
      dispatchEvent(new Event('pagehide'));
    }, seed);
    await expect.poll(() => page.locator('#ends input').first().inputValue()).toBe(String(seed));
    expect(await fragment(page)).toBe(`model=vae-fashion&seed=${seed}&to=6`);
  }
});

/** What a page says of itself to whoever previews it, by the names of its `meta` elements. */
const said = (html) => Object.fromEntries([...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)">/g)].map(([, name, content]) => [name, content]));

test('every family has an address that says what it is, and a preview of its own', async ({ page, request, baseURL }) => {
  await visit(page);
  const cards = await page.evaluate(() => globalThis.pushforward.models());
  const pictures = new Set();
  for (const { id, name } of cards) {
    const address = new URL(`${id}/`, baseURL).href;
    const html = await (await request.get(address)).text();
    expect(html).toContain(`<title>Pushforward: ${name}</title>`);
    const { 'og:title': title, 'og:image': image, description, 'twitter:card': card } = said(html);
    expect(title).toBe(`Pushforward: ${name}`);
    expect(description).toContain(name);
    expect(card).toBe('summary_large_image');
    const picture = await request.get(new URL(image, address).href);
    expect(picture.headers()['content-type']).toBe('image/png');
    pictures.add((await picture.body()).toString('base64'));
  }
  expect(pictures.size).toBe(cards.length);
  const image = await page.locator('meta[property="og:image"]').getAttribute('content');
  expect((await request.get(new URL(image, baseURL).href)).ok()).toBe(true);
});

for (const [at, leads] of [
  ['gan-fashion/', '#model=gan-fashion'],
  ['gan-fashion/#seed=5&class=1', '#model=gan-fashion&seed=5&class=1'],
  ['gan-fashion/?backend=cpu#model=vae-fashion&seed=5', '?backend=cpu#model=vae-fashion&seed=5'],
  ['gan-fashion/#model=dall-e&seed=1', '#model=dall-e&seed=1'],
]) {
  test(`${at} leads to ${leads}`, async ({ page, baseURL }) => {
    await visit(page, at);
    expect(page.url()).toBe(new URL(leads, baseURL).href);
    // Who goes back is not led here again.
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
    expectDrawn(await pixels(page));
  });
}

test('what is shared is below the address of its family, and draws the very same picture', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await visit(page, '?backend=cpu#model=codes-fashion&class=8&seed=11&to=12&t=0.25');
  await expect(page).toHaveTitle('Pushforward: Codes with a causal prior');
  const sent = await pixels(page);
  expectDrawn(sent);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(new URL(`codes-fashion/${new URL(link).hash}`, baseURL).href);
  // The API's own links are the page's.
  expect(await page.evaluate(() => globalThis.pushforward.link({ model: 'codes-fashion' }))).toContain(new URL('#model=codes-fashion', baseURL).href);
  const friend = await context.newPage();
  await visit(friend, link);
  expect(difference(await pixels(friend), sent)).toBe(0);
  await expect(friend.locator('#notices')).toBeEmpty();
  await context.close();
});

test('a page whose families have no addresses shares its own', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.route(baseURL, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/<meta name="families"[^>]*>/, '') });
  });
  await visit(page, '#model=vae-fashion&seed=5');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(new URL('#model=vae-fashion&seed=5', baseURL).href);
  await context.close();
});

test('the title is that of the family that draws, in the language of the page', async ({ page }) => {
  await visit(page, '#model=gan-fashion&seed=5');
  await expect(page).toHaveTitle('Pushforward: Generative adversarial network');
  await page.getByRole('radio', { name: /^Variational/ }).check();
  await expect(page).toHaveTitle('Pushforward: Variational autoencoder');
  await page.goto('about:blank');
  await visit(page, '#model=gan-fashion&seed=5&lang=zh');
  await expect(page).toHaveTitle('Pushforward：生成对抗网络');
});

test('a link of weights that have been replaced is drawn with those that ship, and the page says so', async ({ page }) => {
  await visit(page, '#model=gan-fashion&class=1&seed=5&to=6');
  const notice = page.locator('#notices');
  await expect(notice).toContainText('have been replaced since this link was made (version 1, now 2)');
  await expect(notice).not.toContainText('not quite right');
  expect(difference(await pixels(page), await drawn(page, { model: 'gan-fashion', seed: 5, condition: { class: 1 } }))).toBe(0);
  await page.locator('#slider input').press('End');
  await expect.poll(() => fragment(page)).toBe('model=gan-fashion&version=2&class=1&seed=5&to=6&t=1');
  await page.goto('about:blank');
  await visit(page, '#model=gan-fashion&version=2&class=1&seed=5&to=6');
  await expect(notice).toBeEmpty();
});

test('an address that says nothing opens with a sharp picture', async ({ page }) => {
  await visit(page, './');
  await expect(page.getByRole('radio', { name: /^Generative adversarial/ })).toBeChecked();
  await expect(page.locator('#notices')).toBeEmpty();
  // What an address leaves out is as it always was.
  await page.goto('about:blank');
  await visit(page, './#seed=3');
  await expect(page.getByRole('radio', { name: /^Variational/ })).toBeChecked();
});
