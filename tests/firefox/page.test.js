// The page in Firefox, driven over WebDriver BiDi: it opens, draws, restores a link, and follows the keys.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { BASE_URL, executable } from '../browser/browser.js';

/**
 * @import { Browser, Page } from 'puppeteer-core'
 * @import { Pushforward } from '../../pkg/index.d.ts'
 */

/** What a test may take, and what any wait in it: a busy machine is slow, not broken. */
const TIME = { timeout: 120_000 };
const WAIT = 60_000;

const PICTURE = '#picture .stage > canvas';
/** Nothing in it is a default. */
const LINK = 'model=gan-fashion&version=2&class=3&seed=5&to=9&t=0.25';

/** @type {Browser} */
let browser;
/** @type {Page} */
let page;

before(async () => {
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('FIREFOX'),
    timeout: WAIT,
    defaultViewport: { width: 1440, height: 900 },
    // Whatever the system speaks, these tests read English.
    extraPrefsFirefox: { 'intl.accept_languages': 'en-US, en' },
  });
}, TIME);

after(() => browser?.close());

// A first visit for every test.
beforeEach(async () => {
  page = await (await browser.createBrowserContext()).newPage();
  page.setDefaultTimeout(WAIT);
});

afterEach(() => page.browserContext().close());

/** Waits until the picture is that of the state. */
const settled = () => page.waitForSelector('#picture[aria-busy="false"]');

/** Opens the page with a state, or as it is without one, and waits for its picture. */
async function visit(link = '') {
  await page.goto(new URL(`#${link}`, BASE_URL).href);
  await settled();
}

/** RGBA of the picture. */
const pixels = () => page.$eval(PICTURE, (element) => {
  const canvas = /** @type {HTMLCanvasElement} */ (element);
  return [.../** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height).data];
});

/**
 * What an input holds, or of a radio button whether it is chosen.
 * @param {string} selector
 */
const held = (selector) => page.$eval(selector, (element) => {
  const { type, checked, value } = /** @type {HTMLInputElement} */ (element);
  return type === 'radio' ? checked : value;
});

/**
 * The text of an element.
 * @param {string} selector
 */
const text = (selector) => page.$eval(selector, (element) => element.textContent ?? '');

/** The state in the page's address. */
const fragment = () => page.evaluate(() => location.hash.slice(1));

/**
 * The state in the page's address, once it is another one.
 * @param {string} before
 */
async function fragmentAfter(before) {
  await page.waitForFunction((before) => location.hash.slice(1) !== before, {}, before);
  return fragment();
}

test('the page opens without an error, and asks no other origin', TIME, async () => {
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const asked = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('response', (response) => response.status() >= 400 && problems.push(`${response.status()} ${response.url()}`));
  page.on('request', (request) => asked.push(request.url()));
  await visit();
  await page.waitForFunction(() => document.querySelectorAll('#strip button').length === 9 && !document.querySelector('#strip .stale'));
  assert.deepEqual(problems, []);
  assert.equal(await text('#notices'), '');
  assert.ok(asked.some((url) => url.endsWith('/weights.bpk')), `the worker's requests are not among ${asked.join(' ')}`);
  const { origin } = new URL(BASE_URL);
  assert.deepEqual(asked.filter((url) => new URL(url).origin !== origin && !/^(data|blob):/.test(url)), []);
});

test('the picture is drawn, and says how long that took', TIME, async () => {
  await visit();
  const drawn = await pixels();
  const levels = drawn.filter((_, i) => i % 4 !== 3);
  assert.equal(levels.length, 3 * 28 * 28);
  assert.ok(Math.max(...levels) - Math.min(...levels) > 60, 'the picture is nearly of one shade');
  assert.ok(new Set(levels).size > 20, 'the picture has hardly any shades');
  assert.ok(drawn.every((value, i) => i % 4 !== 3 || value === 255), 'the picture has holes');
  assert.match(await text('#picture figcaption'), /Drawn in [\d.]+ ms/);
  assert.match(await text('#device'), /Drawing on the (CPU|GPU)/);
});

test('a link restores its state, and draws the same picture every time', TIME, async () => {
  await visit(LINK);
  const first = await pixels();
  await page.reload();
  await settled();
  assert.deepEqual(await pixels(), first);
  assert.equal(await fragment(), LINK);
  assert.equal(await text('#notices'), '');
  assert.equal(await held('#families input[value="gan-fashion"]'), true);
  assert.equal(await held('#classes input[value="3"]'), true);
  assert.equal(await held('#ends .a input'), '5');
  assert.equal(await held('#ends .b input'), '9');
  assert.equal(await held('#slider input'), '0.25');
  // It is the picture of this very state, not one that is drawn whatever the link says.
  const asked = await page.evaluate(async () => {
    const { pushforward } = /** @type {{ pushforward: Pushforward }} */ (/** @type {unknown} */ (globalThis));
    const model = 'gan-fashion';
    const [from, to] = await Promise.all([5, 9].map(async (seed) => (await pushforward.generate({ model, seed })).latent));
    const latent = pushforward.interpolate({ from, to, t: 0.25, mode: 'slerp' });
    return [...(await pushforward.generate({ model, latent, condition: { class: 3 } })).image.data];
  });
  assert.deepEqual(asked, first);
});

test('keys drag the point: link and picture follow', TIME, async () => {
  await visit(LINK);
  const before = await pixels();
  const place = () => page.$eval('.point', (point) => Number(point.getAttribute('aria-valuenow')));
  const from = await place();
  await page.$eval('.point', (point) => /** @type {SVGElement} */ (point).focus());
  await page.keyboard.down('Shift');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.up('Shift');
  const moved = await fragmentAfter(LINK);
  await settled();
  const [x] = (new URLSearchParams(moved).get('at') ?? '').split(',').map(Number);
  assert.ok(x < from - 0.4, `the link puts the point at ${x}, and it was at ${from}`);
  assert.ok(Math.abs((await place()) - x) < 0.01, 'the point is not where the link says');
  assert.notDeepEqual(await pixels(), before);
  await page.keyboard.press('End');
  assert.match(await fragmentAfter(moved), /&t=1$/);
});
