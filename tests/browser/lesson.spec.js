// Lessons that come by a link, and the editor that makes them.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { host } from './host.js';
import { findings, fragment, settled, visit } from './visitor.js';

const LESSON = '#model=vae-fashion&class=9&seed=3&to=8&mode=lerp';
const card = (page) => page.locator('#lesson');

/** The parts of the page that can be seen. */
const parts = (page) => page.evaluate(() => [...document.querySelectorAll('[data-part]')].filter((part) => part.checkVisibility()).map(({ dataset }) => dataset.part));

test('a lesson shows what its link names, from the first paint, and nothing else', async ({ page }) => {
  // Before the engine is here.
  await page.route('**/*.wasm', () => {});
  await page.goto(`./${LESSON}&show=picture,way`);
  expect(await parts(page)).toEqual(['picture', 'way']);
  await page.unroute('**/*.wasm');
  await page.goto('about:blank');
  await visit(page, `./${LESSON}&show=picture,way`);
  await expect(card(page)).toBeVisible();
  expect(await parts(page)).toEqual(['picture', 'way']);
  await page.getByRole('button', { name: 'Show the whole page' }).click();
  await expect(card(page)).toBeHidden();
  expect(await parts(page)).toContain('families');
  expect(await fragment(page)).not.toContain('show');
});

test('parts that do not exist are said, and a lesson that shows nothing is the whole page', async ({ page }) => {
  await visit(page, `./${LESSON}&show=stars`);
  await expect(page.locator('#notices')).toContainText('show: expected some of opening, families');
  await expect(card(page)).toBeHidden();
  expect(await parts(page)).toContain('families');
  await page.goto('about:blank');
  await visit(page, `./${LESSON}&show=stars,picture`);
  await expect(page.locator('#notices')).toContainText('show: expected some of');
  expect(await parts(page)).toEqual(['picture']);
});

test('what a lesson locks stays as it is, under the hand, the keyboard and the program, until one leaves it', async ({ page }) => {
  await visit(page, `./${LESSON}&lock=model,class,t`);
  await expect(card(page)).toContainText('Fixed in this lesson: generator, class, place on the path.');
  await page.getByRole('radio', { name: 'Trouser', includeHidden: true }).click({ force: true, timeout: 2000 }).catch(() => {});
  await page.locator('#slider').focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: 'Roll a new seed for B' }).click();
  await settled(page);
  const link = new URLSearchParams(await fragment(page));
  expect([link.get('model'), link.get('class'), link.get('t')]).toEqual(['vae-fashion', '9', null]);
  expect(link.get('to')).not.toBe('8');
  expect(await page.locator('#families').evaluate((element) => element.inert)).toBe(true);
  await page.getByRole('button', { name: 'Show the whole page' }).click();
  await expect(page.locator('#families')).not.toHaveClass(/locked/);
  await page.getByRole('radio', { name: 'Trouser' }).check({ force: true });
  await expect.poll(() => fragment(page)).toContain('class=1');
});

test('a lesson that locks everything can still be left', async ({ page }) => {
  const all = 'model,class,prompt,toprompt,style,seed,to,mode,t,at,steps,guidance,temperature,sampler,mask,swap,draws,precision';
  await visit(page, `./${LESSON}&lock=${all}`);
  await expect(page.locator('#ends .locked')).toHaveCount(3);
  await page.getByRole('button', { name: 'Show the whole page' }).press('Enter');
  await expect(page.locator('.locked')).toHaveCount(0);
});

test('a task is done when what is measured says so', async ({ page }) => {
  await visit(page, `./${LESSON}&task=${encodeURIComponent('Find a latent that is <b>too</b> short.')}&goal=norm~0~0.8,mode~lerp`);
  await expect(card(page).locator('.task')).toHaveText('Find a latent that is <b>too</b> short.');
  await expect(card(page).getByRole('status')).toHaveText('Not yet.');
  await expect(card(page).locator('.goals')).toContainText(/\|z\| \/ √d = \d\.\d\d/);
  await page.locator('#slider input').fill('0.5');
  await expect(card(page).getByRole('status')).toHaveText('Done: it is so.');
  await page.locator('#ends input[value=slerp]').check({ force: true });
  await expect(card(page).getByRole('status')).toHaveText('Not yet.');
});

test('how much of the picture has changed is measured from the picture that the link opened with, also after a reload', async ({ page }) => {
  await visit(page, `./${LESSON}&goal=changed~0.2~1`);
  await expect(card(page).locator('.goals')).toHaveText('0 % of the pixels changed');
  await page.getByRole('radio', { name: 'Trouser' }).check({ force: true });
  await expect(card(page).getByRole('status')).toHaveText('Done: it is so.');
  const said = await card(page).locator('.goals').textContent();
  await expect.poll(() => fragment(page)).toContain('class=1');
  await page.reload();
  await settled(page);
  await expect(card(page).locator('.goals')).toHaveText(said);
});

test('the editor makes a link, a frame and a code, and the link is the lesson', async ({ page }) => {
  await visit(page, `./${LESSON}`);
  const editor = page.locator('#editor');
  await editor.scrollIntoViewIfNeeded();
  await editor.getByLabel('picture', { exact: true }).check();
  await editor.getByLabel('path from A to B').check();
  await editor.getByLabel('generator').check();
  await editor.getByLabel('Ask').fill('Where is the middle?');
  const goal = editor.locator('.goal').first();
  await goal.getByRole('combobox').selectOption('t');
  await goal.getByLabel('value, or least').fill('0.4');
  await goal.getByLabel('most').fill('0.6');
  const link = await editor.getByLabel('Link', { exact: true }).inputValue();
  expect(new URL(link).hash).toBe(`${LESSON}&show=picture,way&lock=model&task=Where%20is%20the%20middle%3F&goal=t~0.4~0.6`);
  expect(await editor.getByLabel('Frame').inputValue()).toContain(`src="${link.replaceAll('&', '&amp;')}"`);
  await expect(editor.getByRole('img', { name: 'QR code' })).toBeVisible();

  // What cannot be wanted is said where it is written.
  await goal.getByLabel('most').fill('0.1');
  await expect(editor.getByRole('status')).toContainText('goal: expected clauses');
  await goal.getByLabel('most').fill('0.6');
  await expect(editor.getByRole('status')).toBeEmpty();

  await page.goto('about:blank');
  await visit(page, link);
  expect(await parts(page)).toEqual(['picture', 'way']);
  await page.locator('#slider input').fill('0.5');
  await expect(card(page).getByRole('status')).toHaveText('Done: it is so.');
});

test('a link too long for a code says so', async ({ page }) => {
  await visit(page, `./#model=emoji&prompt=${'🐈'.repeat(200)}&toprompt=${'🐈'.repeat(200)}&seed=3`);
  await page.locator('#editor').scrollIntoViewIfNeeded();
  await expect(page.locator('#editor .code')).toContainText(/expected at most 2953 bytes, got \d{4}/);
});

test('two lessons in frames of one page, each for itself', async ({ page }) => {
  const server = await host((path) => (path === 'index.html' ? '<!doctype html><title>A lecture</title>' : null));
  await page.goto(server.address);
  await page.evaluate(([address, ...links]) => {
    document.body.append(...links.map((link) => Object.assign(document.createElement('iframe'), { src: `${address}${link}`, width: 600, height: 500 })));
  }, [test.info().project.use.baseURL, `${LESSON}&show=picture&task=One`, `${LESSON}&show=way&task=${encodeURIComponent('另一个')}&lang=zh`]);
  const [one, other] = [page.frameLocator('iframe').first(), page.frameLocator('iframe').last()];
  await expect(one.locator('#lesson .task')).toHaveText('One');
  await expect(other.locator('#lesson .task')).toHaveText('另一个');
  await expect(other.locator('#lesson')).toContainText('显示整个页面');
  await server.close();
});

for (const [width, colorScheme, lang] of [[390, 'dark', 'zh'], [1440, 'light', 'en']]) {
  test(`no accessibility finding in a lesson and the editor, ${width} wide (${lang})`, { tag: '@layout' }, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await visit(page, `./${LESSON}&show=picture,way,plane,editor&lock=model,at,seed&task=Hm&goal=norm~0~0.8,changed~0~1&lang=${lang}`);
    await page.locator('#editor').scrollIntoViewIfNeeded();
    await expect(page.locator('#editor .code svg')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await findings(page)).toEqual([]);
  });
}

/** The fenced blocks of a lesson's text, by their names. */
function blocks(text) {
  return Object.fromEntries([...text.matchAll(/^```(lesson|solved)\n(.*)\n```$/gm)].map(([, name, link]) => [name, link]));
}

for (const lang of ['en', 'zh']) {
  for (const file of readdirSync(join('docs/lessons', lang)).sort()) {
    test(`the lesson ${lang}/${file} opens undone, and is done as it says`, async ({ page }) => {
      test.setTimeout(180_000);
      const { lesson, solved } = blocks(readFileSync(join('docs/lessons', lang, file), 'utf8'));
      await visit(page, `./?backend=cpu#${lesson}`);
      await expect(page.locator('#notices')).toBeEmpty();
      expect(await fragment(page)).toBe(lesson);
      await expect(card(page).locator('.task')).not.toBeEmpty();
      await expect(card(page).getByRole('status')).toHaveText(/^(Not yet\.|尚未达到。)$/);
      await page.evaluate((link) => {
        // As a hand does, without leaving the lesson: the picture that it opened with stays known.
        history.replaceState(history.state, '', `#${link}`);
      }, solved);
      await page.reload();
      await settled(page);
      await expect(card(page).getByRole('status')).toHaveText(/^(Done: it is so\.|完成：正是如此。)$/, { timeout: 60_000 });
    });
  }
}
