// What visitors take along, and what they bring: pictures that carry their link, strips, films.

import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { difference, fragment, give, pixels, settled, stripSettled, visit } from './visitor.js';

const LINK = '#model=vae-fashion&class=7&seed=5&to=6&t=0.25';
const OTHER = '#model=gan-fashion&version=2&class=1&seed=9&to=3';

const save = (page, name) => page.locator('#take').getByRole('button', { name });

/** Presses a button that saves a file: its name and its bytes. */
async function saved(page, name, timeout = 30_000) {
  const coming = page.waitForEvent('download', { timeout });
  await save(page, name).click();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** A PNG file with another text where the link of a saved one was; its checksum is right unless the file is to be damaged. */
function withText(page, bytes, text, damage = false) {
  return page
    .evaluate(
      async ([data, text, damage]) => {
        const { linkIn, withLink } = await import(new URL('www/png.js', document.querySelector('link[rel=preload]').href).href);
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const made = new Uint8Array(await withLink(bytes, text).arrayBuffer());
        const old = linkIn(bytes);
        // Of two links the first that is whole counts.
        for (const broken of damage ? [old, text] : [old]) made[new TextDecoder('latin1').decode(made).indexOf(broken)] ^= 1;
        return btoa(made.reduce((all, byte) => all + String.fromCharCode(byte), ''));
      },
      [bytes.toString('base64'), text, damage],
    )
    .then((data) => Buffer.from(data, 'base64'));
}

for (const how of ['drop', 'paste']) {
  test(`a saved picture brings its state back: ${how}`, async ({ page }) => {
    await visit(page, LINK);
    const [picture, link] = [await pixels(page), await fragment(page)];
    const { name, bytes } = await saved(page, 'Picture, PNG');
    expect(name).toBe('pushforward-vae-fashion-5.png');
    // Enlarged 16 times, as every viewer of pictures sees.
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([16 * 28, 16 * 28]);
    await visit(page, OTHER);
    await give(page, bytes, { how });
    await settled(page);
    expect(await fragment(page)).toBe(link);
    expect(difference(await pixels(page), picture)).toBe(0);
    await expect(page.locator('#notices')).toBeEmpty();
  });
}

test('the strip is nine pictures in a row, and brings its state back, too', async ({ page }) => {
  await visit(page, LINK);
  await stripSettled(page);
  const link = await fragment(page);
  const { name, bytes } = await saved(page, 'Strip, PNG');
  expect(name).toBe('pushforward-vae-fashion-5-to-6.png');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([9 * (8 * 28 + 8) - 8, 8 * 28]);
  await visit(page, OTHER);
  await give(page, bytes);
  await settled(page);
  expect(await fragment(page)).toBe(link);
});

test('where a part of the page does not arrive, saving and taking say so', async ({ page }) => {
  await page.route('**/www/png.js', (route) => route.abort());
  await visit(page, LINK);
  const said = page.locator('#notices p');
  await save(page, 'Picture, PNG').click();
  await expect(said).toHaveText(/^A part of the page could not be loaded: .*\.js/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await give(page, Buffer.from('no picture'));
  await expect(said).toHaveText(/^A part of the page could not be loaded: .*\.js/);
});

test('what is drawn no more cannot be saved', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&seed=5&steps=100');
  await expect(save(page, 'Picture, PNG')).toBeEnabled();
  await page.locator('#classes').getByText('Dress', { exact: true }).click();
  await expect(save(page, 'Picture, PNG')).toBeDisabled();
  await settled(page);
  await expect(save(page, 'Picture, PNG')).toBeEnabled();
});

test('the way becomes a film, with progress', async ({ page }) => {
  await visit(page, LINK);
  const { name, bytes } = await saved(page, 'The interpolation as a film', 60_000);
  expect(name).toBe('pushforward-vae-fashion-5-to-6.webm');
  // Matroska's magic number.
  expect(bytes.readUInt32BE(0)).toBe(0x1a45dfa3);
  // Looked at elsewhere: the page itself may play nothing.
  const elsewhere = await page.context().newPage();
  const [width, height] = await elsewhere.evaluate(async (data) => {
    const { promise, resolve, reject } = Promise.withResolvers();
    const video = Object.assign(document.createElement('video'), { onloadeddata: resolve, onerror: () => reject(video.error) });
    video.src = `data:video/webm;base64,${data}`;
    await promise;
    return [video.videoWidth, video.videoHeight];
  }, bytes.toString('base64'));
  expect([width, height]).toEqual([16 * 28, 16 * 28]);
  await expect(page.locator('#take progress')).toBeHidden();
});

test('a film can be stopped, and another state ends it', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&seed=5&steps=50');
  page.on('download', () => expect.soft(false, 'nothing is saved').toBe(true));
  for (const end of [() => save(page, 'Stop').click(), () => page.locator('#classes').getByText('Dress', { exact: true }).click()]) {
    await save(page, 'The interpolation as a film').click();
    await expect(page.locator('#take progress')).toBeVisible();
    await end();
    await expect(page.locator('#take progress')).toBeHidden();
    await expect(save(page, 'The interpolation as a film')).toBeEnabled();
  }
  await settled(page);
  await expect(page.locator('#notices')).toBeEmpty();
});

test('a picture with a hostile link is only a link that is not quite right', async ({ page }) => {
  page.on('dialog', () => expect.soft(false, 'nothing may be executed').toBe(true));
  await visit(page, LINK);
  const { bytes } = await saved(page, 'Picture, PNG');
  const HOSTILE = [
    ['javascript:alert(1)', null],
    ['https://elsewhere.example/#model=<img src=x onerror=alert(1)>&seed=7', /model/],
    ['#model=emoji&prompt=%3Cscript%3Ealert(1)%3C/script%3E&steps=2', null],
    [`#seed=${'9'.repeat(5000)}`, /seed/],
  ];
  for (const [text, complaint] of HOSTILE) {
    await visit(page, OTHER);
    await give(page, await withText(page, bytes, text));
    await settled(page);
    if (complaint) await expect(page.locator('#notices')).toContainText(complaint);
    await expect(page.locator('#notices img, #notices script, main img')).toHaveCount(0);
    expect(new URL(page.url()).origin).toBe(new URL(process.env.BASE_URL).origin);
  }
});

test('a damaged link is no link: the file is a picture like any other', async ({ page }) => {
  await visit(page, LINK);
  const { bytes } = await saved(page, 'Picture, PNG');
  const link = await fragment(page);
  for (const text of ['#seed=77', 'x'.repeat(9000)]) {
    await give(page, await withText(page, bytes, text, text === '#seed=77'));
    await expect(page.locator('#own')).toHaveClass(/drawn/);
    await expect(page.locator('#notices')).toBeEmpty();
    expect(await fragment(page)).toBe(link);
  }
});
