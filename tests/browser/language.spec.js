// Two languages: the reader's own, the link's, and that of the switch; each of them complete.

import { expect, test } from '@playwright/test';
import { act, findings, fragment, nearOwn, pixels, settled, visit } from './visitor.js';

const CHINESE = /\p{Script=Han}/u;
const SWITCH = '#language button';

/** What neither language translates: names, formulas, numbers and licences. */
const NAMES = /Pushforward|Fashion-MNIST|Noto|Fluent|Twemoji|FxEmoji|EmojiOne|emojibase|arXiv|WebGPU|English|slerp|lerp|DDIM|Heun|RGB|PNG|MIT|Apache|CC BY|Zalando|Google|Twitter|Microsoft|Mozilla|Unicode|CLDR|Emoji|One|Miles Johnson|Bodoni Moda|OFL|FD-fashion|FD-emoji|FD|CPU|MB|kB|shift|pushforward|and/g;

test.describe('where the reader prefers Chinese', () => {
  test.use({ locale: 'zh-CN' });

  for (const model of ['vae-fashion', 'diffusion-fashion', 'codes-fashion', 'emoji']) {
    test(`nothing of ${model} is left in English`, async ({ page }) => {
      await visit(page, `#model=${model}&seed=5&steps=2`);
      // What ships in 4 bits is not compared with them.
      const compared = model === 'emoji' ? [] : ['#precision'];
      for (const part of ['#norms', '#own', ...compared, '#model']) await page.locator(part).scrollIntoViewIfNeeded();
      await nearOwn(page);
      await expect(page.locator('#norms figcaption')).not.toBeEmpty();
      const left = await page.evaluate(() => {
        // A paper is cited by its authors in either language.
        const seen = (element) => element.checkVisibility() && element.tagName !== 'MATH' && !element.closest('math, script, style, noscript, .examples, input, .source');
        const texts = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) if (seen(walker.currentNode.parentElement)) texts.push(walker.currentNode.data.trim());
        for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
          for (const name of ['aria-label', 'title', 'placeholder']) if (element.checkVisibility()) texts.push(element.getAttribute(name) ?? '');
        }
        return texts;
      });
      expect(left.filter((text) => !CHINESE.test(text) && /[a-z]{3,}/.test(text.replaceAll(NAMES, '')))).toEqual([]);
    });
  }

  test('what goes wrong is said in Chinese', async ({ page }) => {
    await page.route('**/gan-fashion/weights.bpk', (route) => route.fulfill({ status: 503, body: '' }));
    await visit(page, '#model=vae-fashion&seed=-3&t=seven');
    const notices = page.locator('#notices');
    await expect(notices).toContainText('seed：应为从 0 到 4294967295 的整数，却是“-3”；改用最接近的有效值。');
    await expect(notices).toContainText('t：应为从 0 到 1 的数，却是“seven”；改用默认值。');
    await page.locator('#families').getByText('生成对抗网络').click();
    await expect(notices).toContainText('模型 gan-fashion 的权重未能获取');
    await expect(notices.getByRole('button', { name: '再试一次' })).toBeVisible();
  });

  for (const [typed, got] of [['-1', '却是“-1”'], ['4294967296', '却是“4294967296”'], ['1.5', '却是“1.5”'], ['', '却是空的']]) {
    test(`a seed of "${typed}" is refused in Chinese`, async ({ page }) => {
      await visit(page, '#model=vae-fashion&seed=5&to=6');
      const field = page.locator('#ends .end.b input');
      await field.fill(typed);
      await field.press('Enter');
      await expect(page.locator('#notices p')).toHaveText(`B 的种子：应为从 0 到 4294967295 的整数，${got}；仍为 6。`);
      await expect(field).toHaveValue('6');
    });
  }

  for (const tag of ['en-US', 'en_GB', 'EN']) test(`a link with lang=${tag} is English, at once and from then on`, ({ page }) => stays(page, `lang=${tag}`, 'en'));

  test('has no accessibility finding, and nothing overflows', { tag: '@layout' }, async ({ page }) => {
    for (const [width, height] of [[320, 640], [390, 844], [1024, 768], [1440, 900]]) {
      await page.setViewportSize({ width, height });
      await visit(page, '#model=diffusion-fashion&seed=5&steps=2&class=9');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    expect(await findings(page)).toEqual([]);
  });
});

test('a link says its language, whatever the reader prefers', async ({ page }) => {
  await visit(page, '#model=vae-fashion&seed=5&lang=zh');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(page.locator('#share')).toHaveText('分享这张图像');
  await expect(page).toHaveTitle(CHINESE);
});

/** Opens a link and changes something: the page stays in its language, is loaded once, and its link says the language. */
async function stays(page, said, lang) {
  let loads = 0;
  page.on('load', () => loads++);
  await visit(page, `#model=vae-fashion&seed=5&${said}`);
  const tag = { en: 'en', zh: 'zh-Hans' }[lang];
  await expect(page.locator('html')).toHaveAttribute('lang', tag);
  await act(page);
  expect(new URLSearchParams(await fragment(page)).get('lang')).toBe(lang);
  await expect(page.locator('html')).toHaveAttribute('lang', tag);
  await expect(page.locator('#notices')).toBeEmpty();
  expect(loads).toBe(1);
}

for (const said of ['lang=zh-CN', 'lang=zh-Hans', 'lang=zh_CN', 'lang=zh-TW', 'lang=ZH', 'lang=en&lang=zh-Hant-HK']) {
  test(`a link with ${said} is Chinese, at once and from then on`, ({ page }) => stays(page, said, 'zh'));
}

test('a language that the page does not speak: a message, and the reader’s own from then on', async ({ page }) => {
  let loads = 0;
  page.on('load', () => loads++);
  await visit(page, '#model=vae-fashion&seed=5&lang=zhongwen');
  await expect(page.locator('#notices')).toContainText(/lang.*\(en, zh\).*zhongwen/);
  await act(page);
  expect(await fragment(page)).not.toContain('lang');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  expect(loads).toBe(1);
});

test('the switch changes every word and no picture, and loses nothing', async ({ page }) => {
  await visit(page, '#model=vae-fashion&class=3&seed=5&t=0.25');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  const picture = await pixels(page);
  await nearOwn(page);
  await page.locator('#own .pad canvas').click({ position: { x: 60, y: 60 } });
  const own = await pixels(page, '#own .pad canvas');
  await page.locator(SWITCH).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await settled(page);
  expect(await fragment(page)).toMatch(/class=3.*t=0\.25.*lang=zh/);
  expect(await pixels(page)).toEqual(picture);
  await page.locator('#own').scrollIntoViewIfNeeded();
  await expect.poll(() => pixels(page, '#own .pad canvas')).toEqual(own);
  await page.locator(SWITCH).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  expect(await fragment(page)).toContain('lang=en');
});

test('both tables say the same things', async ({ page }) => {
  await visit(page);
  const { said, page: table, help, kinds, names } = await page.evaluate(async () => {
    const at = (path) => import(new URL(path, document.querySelector('link[rel=preload]').href).href);
    const [{ words }, functions] = [await at('www/words/zh.js'), await at('pushforward.js')];
    // As it comes, before the views have said something themselves.
    const source = new DOMParser().parseFromString(await (await fetch('./')).text(), 'text/html');
    const said = [...source.querySelectorAll('[data-say], [data-label]')].flatMap(({ dataset }) => [dataset.say, dataset.label]).filter(Boolean);
    const properties = functions.properties();
    const kinds = ['nothing=1', 'class=x', 'seed=x', 't=x', 'at=x', 'mode=x', 'model=x', 'model=emoji&style=x', 'model=emoji&prompt=%0A', 'model=vae-fashion&swap=x', 'model=diffusion-fashion&mask=x', 'precision=x', 'lang=xx']
      .flatMap((link) => functions.parseLink(link).messages).map((replaced) => words.replaced(replaced));
    const cards = functions.cards();
    const names = cards.flatMap((card) => [words.name(card), ...card.classes.map(words.className), ...(card.known_limits ? [words.knownLimits(card)] : [])]);
    return { said, page: Object.keys(words.page), help: properties.map(words.help), kinds, names };
  });
  expect([...new Set(said)].sort()).toEqual(table.sort());
  for (const text of [...help, ...kinds, ...names]) expect(text).toMatch(CHINESE);
  expect(kinds.length).toBe(12);
});
