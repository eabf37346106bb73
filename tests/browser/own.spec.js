// A visitor's own picture: drawn, brought in, carried back to its latent and forth again.

import { crc32 } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { difference, expectDrawn, fragment, give, nearOwn, pixels, settled, visit } from './visitor.js';

const FLOW = '#model=flow-fashion&class=1&seed=5';
const own = (page) => page.locator('#own');
const pad = (page) => pixels(page, '#own .easel canvas');
const button = (page, name) => own(page).getByRole('button', { name, exact: true });
const slider = (page, name) => own(page).getByRole('slider', { name });

/** Waits until all is made of the picture that there is to make of it. */
async function carried(page) {
  await expect(own(page)).toHaveClass(/drawn/);
  await expect(own(page)).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
}

/** Draws a stroke across the pad. */
async function stroke(page, from = [0.3, 0.2], to = [0.6, 0.8]) {
  const canvas = page.locator('#own .easel canvas');
  await canvas.scrollIntoViewIfNeeded();
  await nearOwn(page);
  const { x, y, width, height } = await canvas.boundingBox();
  await page.mouse.move(x + from[0] * width, y + from[1] * height);
  await page.mouse.down();
  await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 8 });
  await page.mouse.up();
}

/** A PNG file that a function paints in the page. */
async function painted(page, [width, height], paint) {
  const data = await page.evaluate(
    async ([width, height, paint]) => {
      const canvas = new OffscreenCanvas(width, height);
      new Function('context', 'width', 'height', paint)(canvas.getContext('2d'), width, height);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(bytes.reduce((all, byte) => all + String.fromCharCode(byte), ''));
    },
    [width, height, paint],
  );
  return Buffer.from(data, 'base64');
}

test('a drawing is carried to its latent and back, exactly where the map can be undone', async ({ page }) => {
  await visit(page, FLOW);
  await nearOwn(page);
  await expect(button(page, 'Clear')).toBeDisabled();
  await stroke(page);
  await carried(page);
  const drawn = await pad(page);
  expectDrawn(drawn);
  expect(difference(await pixels(page, '#own .back canvas'), drawn)).toBeLessThanOrEqual(1);
  await expect(page.locator('#own .back figcaption')).toHaveText(/^The same picture, to the level\. [\d.]+ bits per dimension, where [\d.]+ are usual/);
  await expect(page.locator('#own .latent figcaption')).toContainText(/\|z\| = [\d.]+: .* (samples|sample)\.$/);
});

test('another class is another map: the same picture comes from elsewhere', async ({ page }) => {
  await visit(page, FLOW);
  await stroke(page);
  await carried(page);
  const latent = await page.locator('#own .latent figcaption').textContent();
  await page.locator('#classes').getByText('Bag', { exact: true }).click();
  await settled(page);
  await carried(page);
  await expect(page.locator('#own .latent figcaption')).not.toHaveText(latent);
});

test('strokes can be undone, erased, inverted and cleared, by keys too', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5');
  await nearOwn(page);
  const empty = await pad(page);
  await stroke(page);
  const one = await pad(page);
  await stroke(page, [0.7, 0.2], [0.2, 0.8]);
  expect(difference(await pad(page), one)).toBeGreaterThan(0);
  await button(page, 'Undo').click();
  expect(difference(await pad(page), one)).toBe(0);
  await button(page, 'Invert').click();
  expect((await pad(page)).map((value, i) => (i % 4 === 3 ? value : 255 - value))).toEqual(one);
  await button(page, 'Undo').click();
  await button(page, 'Eraser').click();
  await stroke(page);
  expect(difference(await pad(page), empty)).toBeLessThan(difference(one, empty));
  await button(page, 'Eraser').click();
  await button(page, 'Clear').click();
  expect(difference(await pad(page), empty)).toBe(0);
  await expect(own(page)).not.toHaveClass(/drawn/);
  await page.locator('#own .easel').focus();
  for (const key of ['ArrowLeft', 'Shift+ArrowUp', 'Space']) await page.keyboard.press(key);
  const at = 4 * (10 * 28 + 13);
  expect((await pad(page))[at]).toBe(255);
  await page.keyboard.press('Control+z');
  expect(difference(await pad(page), empty)).toBe(0);
});

test('a photograph is centred, scaled, made grey, and bright on black', async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=0&seed=5');
  const photograph = await painted(page, [800, 400], "context.fillStyle = '#f8f8f0'; context.fillRect(0, 0, width, height); context.fillStyle = '#a01010'; context.fillRect(300, 50, 200, 300);");
  await give(page, photograph, { how: 'paste' });
  await carried(page);
  const picture = await pad(page);
  const level = (x, y) => picture[4 * (y * 28 + x)];
  expect(level(14, 14)).toBeGreaterThan(180);
  for (const [x, y] of [[0, 0], [27, 27], [14, 1], [2, 14]]) expect(level(x, y)).toBeLessThan(20);
  expect(picture.every((value, i) => i % 4 === 3 || value === picture[i - (i % 4)])).toBe(true);
  expectDrawn(await pixels(page, '#own .back canvas'));
});

test('a chosen file comes in as a dropped one does', async ({ page }) => {
  await visit(page, '#model=emoji&seed=5&steps=3&prompt=heart');
  const heart = await painted(page, [64, 64], "context.fillStyle = '#ffffff'; context.fillRect(0, 0, 64, 64); context.fillStyle = '#d01020'; context.fillRect(16, 16, 32, 32);");
  await nearOwn(page);
  const choosing = page.waitForEvent('filechooser');
  await button(page, 'Choose a picture…').click();
  await (await choosing).setFiles({ name: 'heart.png', mimeType: 'image/png', buffer: heart });
  await carried(page);
  const at = 4 * (16 * 32 + 16);
  expect((await pad(page)).slice(at, at + 3)).toEqual([208, 16, 32]);
});

test('drawn anew: all of it is kept at strength 0, and less the farther it goes', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&class=9&seed=5&steps=4');
  await stroke(page);
  await carried(page);
  const drawn = await pad(page);
  const anew = async (strength) => {
    await slider(page, 'Strength').fill(String(strength));
    await page.waitForTimeout(1500);
    return pixels(page, '#own .anew canvas');
  };
  expect(difference(await anew(0), drawn)).toBeLessThanOrEqual(1);
  expect(difference(await anew(0.9), drawn)).toBeGreaterThan(50);
});

test('between two pictures lies a way, which begins and ends at them', async ({ page }) => {
  await visit(page, FLOW);
  await expect(slider(page, 'A to B')).toBeDisabled();
  await stroke(page);
  await carried(page);
  const one = await pad(page);
  await button(page, 'Keep as A').click();
  await button(page, 'Clear').click();
  await expect(button(page, 'Keep as B')).toBeDisabled();
  await stroke(page, [0.8, 0.2], [0.2, 0.7]);
  await carried(page);
  const other = await pad(page);
  await button(page, 'Keep as B').click();
  for (const [t, end] of [[0, one], [1, other]]) {
    await slider(page, 'A to B').fill(String(t));
    await expect.poll(async () => difference(await pixels(page, '#own .between .stage canvas'), end)).toBeLessThanOrEqual(1);
  }
  expect(difference(await pixels(page, '#own .endA canvas'), one)).toBe(0);
  const asked = await page.evaluate(async () => {
    const { pushforward } = globalThis;
    const input = document.querySelector('#own .between input[type=range]');
    const { generate } = pushforward;
    let asked = 0;
    // The painter's own requests can be aborted.
    pushforward.generate = function (options) {
      asked += Number(!options.signal);
      return generate.call(this, options);
    };
    for (let step = 20; step >= 0; step--) {
      input.value = String(step / 20);
      input.dispatchEvent(new Event('input'));
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 2000);
    });
    delete pushforward.generate;
    return asked;
  });
  // The first of a storm of changes, and the last.
  expect(asked).toBe(2);
  await expect.poll(async () => difference(await pixels(page, '#own .between .stage canvas'), one)).toBeLessThanOrEqual(1);
});

/** Keeps two drawings as the ends of a way; their pictures. */
async function keepBoth(page) {
  const kept = [];
  for (const [letter, from, to] of [['A', [0.3, 0.2], [0.6, 0.8]], ['B', [0.8, 0.2], [0.2, 0.7]]]) {
    if (kept.length > 0) await button(page, 'Clear').click();
    await stroke(page, from, to);
    await carried(page);
    kept.push(await pad(page));
    await button(page, `Keep as ${letter}`).click();
  }
  return kept;
}

/** Where the way between two pictures begins and ends. */
async function expectEnds(page, pictures) {
  const way = page.locator('#own .between');
  await expect(way).toHaveAttribute('aria-busy', 'false');
  await expect(slider(page, 'A to B')).toBeEnabled();
  for (const [t, picture] of pictures.entries()) {
    await slider(page, 'A to B').fill(String(t));
    await expect.poll(async () => difference(await pixels(page, '#own .between .stage canvas'), picture)).toBeLessThanOrEqual(1);
  }
}

test('the way between two pictures begins and ends at them, whatever map draws it', async ({ page }) => {
  await visit(page, FLOW);
  const kept = await keepBoth(page);
  await expectEnds(page, kept);
  await page.locator('#classes').getByText('Bag', { exact: true }).click();
  await expectEnds(page, kept);
  // Nothing is on the pad, and the ends follow all the same.
  await button(page, 'Clear').click();
  await page.locator('#classes').getByText('Sandal', { exact: true }).click();
  await expectEnds(page, kept);
  // A family that cannot look at pictures changes nothing about them.
  await page.getByRole('radio', { name: /^Generative/ }).check({ force: true });
  await expect(page.locator('#own .between')).toBeHidden();
  await page.getByRole('radio', { name: /^Normalizing/ }).check({ force: true });
  await expectEnds(page, kept);
  // Halfway the other way leads elsewhere.
  await slider(page, 'A to B').fill('0.5');
  const half = () => pixels(page, '#own .between .stage canvas');
  await expect.poll(async () => difference(await half(), kept[1])).toBeGreaterThan(1);
  const arc = await half();
  await page.locator('#ends .modes label').last().click();
  await expect.poll(async () => difference(await half(), arc)).toBeGreaterThan(1);
});

test('of two mixtures the last one that was asked for stays', async ({ page }) => {
  await visit(page, FLOW);
  const [, other] = await keepBoth(page);
  await slider(page, 'A to B').fill('0.4');
  await page.evaluate(() => {
    const { pushforward } = globalThis;
    const { generate } = pushforward;
    pushforward.generate = async function (options) {
      delete pushforward.generate;
      const made = await generate.call(this, options);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
      return made;
    };
    // The first is slow; the second is asked for meanwhile.
    document.querySelector('#own .between button.b').click();
    const input = document.querySelector('#own .between input[type=range]');
    input.value = '1';
    input.dispatchEvent(new Event('input'));
  });
  await page.waitForTimeout(2000);
  expect(difference(await pixels(page, '#own .between .stage canvas'), other)).toBeLessThanOrEqual(1);
});

for (const [what, reading] of [['read', true], ['decoded', false]]) {
  test(`of two files the last one is taken, though the first is longer ${what}`, async ({ page }) => {
    await visit(page, '#model=vae-fashion&seed=5');
    await nearOwn(page);
    const filled = (colour) => painted(page, [28, 28], `context.fillStyle = '#000'; context.fillRect(0, 0, 28, 28); context.fillStyle = '${colour}'; context.fillRect(4, 4, 20, 20);`);
    const [first, second] = [await filled('#505050'), await filled('#c0c0c0')];
    await page.evaluate((reading) => {
      const late = () => new Promise((resolve) => { setTimeout(resolve, 1000); });
      if (reading) {
        const { arrayBuffer } = Blob.prototype;
        Blob.prototype.arrayBuffer = async function () {
          Blob.prototype.arrayBuffer = arrayBuffer;
          await late();
          return arrayBuffer.call(this);
        };
        return;
      }
      const { get, set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');
      Object.defineProperty(HTMLImageElement.prototype, 'src', {
        configurable: true,
        get,
        set(url) {
          Object.defineProperty(HTMLImageElement.prototype, 'src', { configurable: true, get, set });
          late().then(() => set.call(this, url));
        },
      });
    }, reading);
    await give(page, first);
    await page.waitForTimeout(200);
    await give(page, second);
    await page.waitForTimeout(1500);
    expect((await pad(page))[4 * (14 * 28 + 14)]).toBe(0xc0);
    await expect(page.locator('#notices')).toBeEmpty();
  });
}

test('a family that has no way back says so', async ({ page }) => {
  await visit(page, '#model=gan-fashion&seed=5');
  await stroke(page);
  await expect(own(page)).toContainText('This family has no inverse and no encoder');
  await expect(page.locator('#own .latent')).toBeHidden();
  await page.getByRole('radio', { name: /^Variational/ }).check({ force: true });
  await settled(page);
  await carried(page);
  expectDrawn(await pixels(page, '#own .back canvas'));
});

test('what is no picture is refused by name, nothing is executed, and nothing is lost', async ({ page }) => {
  page.on('dialog', () => expect.soft(false, 'nothing may be executed').toBe(true));
  await visit(page, FLOW);
  await stroke(page);
  const [drawn, link] = [await pad(page), await fragment(page)];
  const png = await painted(page, [8, 8], 'context.fillRect(0, 0, 8, 8)');
  // Twenty thousand pixels on a side, if one believes the header, whose checksum is right.
  const vast = Buffer.from(png);
  vast.writeUInt32BE(20_000, 16);
  vast.writeUInt32BE(20_000, 20);
  vast.writeUInt32BE(crc32(vast.subarray(12, 29)), 29);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
  const GIVEN = [
    [Buffer.from('no picture'), 'notes.txt', 'text/plain', /notes\.txt: expected a picture \(PNG, JPEG.*got text\/plain/],
    [Buffer.from(svg), 'drawing.svg', 'image/svg+xml', /drawing\.svg: expected a picture.*got image\/svg\+xml/],
    [Buffer.alloc(0), 'empty.png', 'image/png', /empty\.png: expected a PNG picture/],
    [Buffer.from('no picture'), 'corrupt.jpg', 'image/jpeg', /corrupt\.jpg: expected a JPEG picture/],
    [vast, 'vast.png', 'image/png', /vast\.png: expected at most 120 megapixels, got 20000 × 20000/],
    [Buffer.from('x'), 'nameless', '', /nameless: expected a picture.*unknown kind/],
  ];
  for (const [bytes, name, type, said] of GIVEN) {
    await give(page, bytes, { name, type });
    await expect(page.locator('#notices')).toContainText(said);
    expect(difference(await pad(page), drawn)).toBe(0);
    expect(await fragment(page)).toBe(link);
  }
});
