// What can be learnt by touching: many pictures on their ways from noise, choices and what they were between, lengths, coordinates, bits.

import { expect, test } from '@playwright/test';
import { difference, drawn, expectDrawn, fragment, manySettled, pixels, settled, visit } from './visitor.js';

const one = '#many .grid button:nth-child(3) canvas';

/** Puts a slider somewhere, as a hand does. */
const slide = (slider, value) => slider.evaluate((input, value) => {
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}, String(value));

test('the many go back to their noise and forth again, by hand and by themselves', async ({ page }) => {
  await visit(page, '#model=diffusion-fashion&class=3&seed=5&steps=3&draws=40');
  await manySettled(page);
  const slider = page.getByRole('slider', { name: 'Where on the trajectory from noise to pictures' });
  const picture = await pixels(page, one);
  expect(difference(picture, await drawn(page, { model: 'diffusion-fashion', seed: 42, condition: { class: 3 }, steps: 3, noiseSeed: 42 }))).toBe(0);
  await slide(slider, 0);
  // The picture of noise is that of the draw: each level says its coordinate, three standard deviations being black or white.
  const z = await page.evaluate(async () => [...(await globalThis.pushforward.generate({ model: 'diffusion-fashion', seed: 42, steps: 1 })).latent]);
  const expected = z.map((value) => (Math.max(-1, Math.min(1, value / 3)) + 1) * 127.5);
  let noise = picture;
  const farthest = async () => {
    noise = await pixels(page, one);
    return Math.max(...expected.map((level, i) => Math.abs(level - noise[4 * i])));
  };
  await expect.poll(farthest).toBeLessThan(1);
  await slide(slider, 0.34);
  // The ways are drawn now that somebody wants to see them.
  await manySettled(page);
  const between = await pixels(page, one);
  expect(difference(between, noise)).toBeGreaterThan(10);
  expect(difference(between, picture)).toBeGreaterThan(10);
  await slide(slider, 1);
  expect(difference(await pixels(page, one), picture)).toBe(0);
  await page.getByRole('button', { name: 'Play the trajectory' }).click();
  await expect(page.locator('#many').getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(() => slider.inputValue().then(Number)).toBeLessThan(0.9);
  await expect(page.getByRole('button', { name: 'Play the trajectory' })).toBeVisible();
  expect(Number(await slider.inputValue())).toBe(1);
  expect(difference(await pixels(page, one), picture)).toBe(0);
});

test('a picture of one step has no way to be played', async ({ page }) => {
  await visit(page);
  await expect(page.locator('#many .film')).toBeHidden();
  await expect(page.locator('#choices')).toBeHidden();
});

for (const [model, side] of [['autoregressive-fashion', 28], ['codes-fashion', 7]]) {
  test(`${model} shows each choice and what it was between`, async ({ page }) => {
    await visit(page, `#model=${model}&class=0&seed=5`);
    const figure = page.locator('#choices');
    await expect(figure.locator('figcaption')).toContainText('u = Φ(z)');
    // Every place has a choice.
    const map = await pixels(page, '#choices canvas');
    expect(map.length).toBe(4 * side * side);
    expect(map.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    const choices = await page.evaluate(async (model) => {
      const all = [];
      const onChoices = ({ alternatives, cumulative, u, chosen }) =>
        u.forEach((level, i) => all.push({ u: level, chosen: chosen[i], upper: cumulative[i * alternatives + chosen[i]], lower: chosen[i] ? cumulative[i * alternatives + chosen[i] - 1] : 0 }));
      await globalThis.pushforward.generate({ model, seed: 5, condition: { class: 0 }, onChoices });
      return all;
    }, model);
    expect(choices.length).toBe(side * side);
    for (const { u, upper, lower } of choices) expect(u >= lower - 1e-4 && u <= upper + 1e-4).toBe(true);
    // The keyboard goes to the first place of all, and there the page says what the API says.
    const easel = figure.getByRole('application');
    await easel.focus();
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Shift+ArrowUp');
    }
    await page.keyboard.press('ArrowRight');
    const { u, chosen } = choices[1];
    await expect(figure.locator('figcaption')).toContainText(`Row 1, column 2: u = Φ(z) = ${u.toFixed(3)} picks number ${chosen} `);
    if (side === 28) choices.forEach(({ chosen }, i) => expect(Math.abs(map[4 * i] - chosen)).toBeLessThanOrEqual(1));
  });
}

test('a coordinate can be taken from B, by pointer and by keys, and put back', async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=3&seed=5&to=6');
  const before = await pixels(page);
  const bars = page.getByRole('listbox', { name: /Coordinates/ });
  await bars.locator('.column').nth(4).click();
  await settled(page);
  expect(difference(await pixels(page), before)).toBeGreaterThan(0);
  expect(await fragment(page)).toContain('swap=');
  await bars.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(bars.locator('[aria-selected=true]')).toHaveCount(2);
  const swapped = await page.evaluate(async () => {
    const draw = async (seed) => (await globalThis.pushforward.generate({ model: 'vae-fashion', seed })).latent;
    const [a, b] = [await draw(5), await draw(6)];
    a[0] = b[0];
    a[4] = b[4];
    return [...(await globalThis.pushforward.generate({ model: 'vae-fashion', latent: a, condition: { class: 3 } })).image.data];
  });
  await settled(page);
  expect(difference(await pixels(page), swapped)).toBe(0);
  // The link carries it.
  await page.reload();
  await settled(page);
  expect(difference(await pixels(page), swapped)).toBe(0);
  await page.getByRole('button', { name: 'Put all back' }).click();
  await settled(page);
  expect(difference(await pixels(page), before)).toBe(0);
  expect(await fragment(page)).not.toContain('swap=');
});

test('halfway on the straight line the point is short, on the arc it is not, and both are drawn', async ({ page }) => {
  await visit(page, '#model=flow-fashion&class=3&seed=5&to=6');
  const figure = page.locator('#norms');
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator('svg')).toHaveCount(1);
  await expect(figure.locator('.half .stale')).toHaveCount(0);
  await expect(figure.locator('figcaption')).toContainText(/norm (19|20)\.\d, and one of the arc (27|28)\.\d. Of samples, < 0.01 % have less/);
  for (const mode of ['lerp', 'slerp']) {
    const expected = await page.evaluate(async (mode) => {
      const draw = async (seed) => (await globalThis.pushforward.generate({ model: 'flow-fashion', seed })).latent;
      const latent = globalThis.pushforward.interpolate({ from: await draw(5), to: await draw(6), t: 0.5, mode });
      return [...(await globalThis.pushforward.generate({ model: 'flow-fashion', latent, condition: { class: 3 } })).image.data];
    }, mode);
    expectDrawn(expected);
    expect(difference(await pixels(page, `#norms .half.${mode} canvas`), expected)).toBe(0);
  }
});

test("the point's length can be chosen, and its direction stays", async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=3&seed=5&to=6&at=1.5,2');
  const figure = page.locator('#norms');
  await figure.scrollIntoViewIfNeeded();
  const slider = figure.getByRole('slider');
  await expect(slider).toHaveAttribute('aria-valuetext', '2.5');
  await slide(slider, 5);
  expect(await fragment(page)).toMatch(/at=(3|3\.00\d|2\.99\d),(4|4\.00\d|3\.99\d)/);
  // From the origin, where there is no direction, the way leads on.
  await slide(slider, 0);
  expect(await fragment(page)).toContain('at=0,0');
  await slide(slider, 2);
  expect(await fragment(page)).toMatch(/at=2(\.\d+)?,0/);
});

test('4 bits are compared with 8, and can be drawn with', async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=3&seed=5');
  const fine = await pixels(page);
  const figure = page.locator('#precision');
  await figure.scrollIntoViewIfNeeded();
  await expect(figure).toHaveAttribute('aria-busy', 'false');
  await expect(figure.locator('figcaption')).toContainText(/levels of 255 on average.*FD [\d.]+ × floor with 8 bits/);
  const coarse = await drawn(page, { model: 'vae-fashion', seed: 5, condition: { class: 3 }, precision: 'q4' });
  expect(difference(await pixels(page, '#precision .q8 canvas'), fine)).toBe(0);
  expect(difference(await pixels(page, '#precision .q4 canvas'), coarse)).toBe(0);
  expect(difference(fine, coarse)).toBeGreaterThan(0);
  await figure.getByText('4 bits', { exact: true }).click();
  await settled(page);
  expect(await fragment(page)).toContain('precision=q4');
  expect(difference(await pixels(page), coarse)).toBe(0);
  const message = await page.evaluate(() => globalThis.pushforward.generate({ model: 'vae-fashion', seed: 1, precision: 'q2' }).then(() => '', (error) => error.message));
  expect(message).toBe('precision: expected one of q8, q4, got "q2"');
});

test('what ships in 4 bits has no finer numbers to compare, and is the same however it is asked for', async ({ page }) => {
  await visit(page, '#model=emoji&prompt=cat&seed=5&steps=2&precision=q4');
  await expect(page.locator('#precision')).toBeHidden();
  const asked = { model: 'emoji', seed: 5, condition: { prompt: 'cat' }, steps: 2 };
  const [fine, coarse] = [await drawn(page, asked), await drawn(page, { ...asked, precision: 'q4' })];
  expectDrawn(fine, 32);
  expect(difference(fine, coarse)).toBe(0);
  await page.getByRole('radio', { name: /^Variational/ }).check({ force: true });
  await expect(page.locator('#precision')).toBeVisible();
});
