// The race: every family of one kind of pictures from one seed under one condition, each with a clock of its own.

import { passesOf, rivalsOf } from '../card.js';
import { find, html, paint } from '../dom.js';
import { late } from '../later.js';
import { brief } from '../quality.js';
import { words } from '../words.js';

/**
 * @import { Card, RaceFrame } from '../../pkg/index.d.ts'
 * @typedef {{ card: Card, canvas: HTMLCanvasElement, row: HTMLElement, bar: HTMLElement, passes: HTMLElement, clock: HTMLElement }} Lane
 * @typedef {RaceFrame & { lane: number }} Moment
 */

/** The track in milliseconds, on a logarithmic scale: from the fastest family on a fast device to the slowest on a slow one. */
const TRACK = [1, 10, 100, 1000, 10000];

/** How much slower a race is shown again. */
const SLOWER = 10;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, store, notices }) {
  const body = find('tbody', root);
  const said = find('.said', root);
  const start = /** @type {HTMLButtonElement} */ (find('button.solid', root));
  const again = /** @type {HTMLButtonElement} */ (find('button.plain', root));
  find('.scale', root).append(...TRACK.map((milliseconds) => html('span', {}, time(milliseconds, 0))));
  /** @type {Lane[]} */
  let lanes = [];
  /** What the last race showed, and when. @type {Moment[]} */
  let film = [];
  let controller = new AbortController();
  let frame = 0;
  /** What the lanes are of. */
  let of = '';

  store.watchModel((card) => {
    const cards = rivalsOf(store.cards, card);
    const names = cards.map(({ id }) => id).join();
    if (names === lanes.map(({ card }) => card.id).join()) return follow;
    lanes = cards.map(laneOf);
    body.replaceChildren(...lanes.map(({ row }) => row));
    return follow;
  });

  /** A race is of a seed and a condition: others have not been run yet. */
  function follow() {
    const { seed, class: chosen } = store.value;
    const asked = JSON.stringify([lanes.map(({ card }) => card.id), seed, chosen]);
    if (asked !== of) clear();
    of = asked;
  }

  function clear() {
    controller.abort();
    cancelAnimationFrame(frame);
    film = [];
    lanes.forEach(reset);
    start.disabled = false;
    again.hidden = true;
    said.textContent = '';
  }

  start.addEventListener('click', async () => {
    clear();
    controller = new AbortController();
    const { signal } = controller;
    start.disabled = true;
    said.textContent = late.race.start;
    const { seed } = store.value;
    let attempt = 1;
    const entries = lanes.map(({ card }) => ({ model: card.id, seed, condition: store.condition, noiseSeed: seed }));
    try {
      const times = await api.race({
        lanes: entries,
        signal,
        onFrame: (lane, shown) => {
          // Begun anew: what came before is of no race.
          if (shown.attempt !== attempt) {
            film = [];
            lanes.forEach(reset);
          }
          ({ attempt } = shown);
          film.push({ lane, ...shown });
          show(lanes[lane], shown);
        },
      });
      notices.hide('race');
      again.hidden = false;
      said.textContent = verdict(times);
    } catch (error) {
      if (signal.aborted) return;
      lanes.forEach(reset);
      said.textContent = '';
      notices.show('race', words.error(/** @type {Error} */ (error)));
    } finally {
      if (!signal.aborted) start.disabled = false;
    }
  });

  again.addEventListener('click', () => {
    cancelAnimationFrame(frame);
    lanes.forEach(reset);
    const began = performance.now();
    let next = 0;
    const run = () => {
      const elapsed = (performance.now() - began) / SLOWER;
      for (; next < film.length && film[next].milliseconds <= elapsed; next++) show(lanes[film[next].lane], film[next]);
      if (next < film.length) frame = requestAnimationFrame(run);
    };
    // Each lane's clock runs by itself: in the order of the clocks, and not of the turns that the lanes took.
    film.sort((one, other) => one.milliseconds - other.milliseconds);
    run();
  });

  api.addEventListener('progress', (event) => {
    const { what, received, total } = /** @type {CustomEvent<import('../../pkg/index.d.ts').Progress>} */ (event).detail;
    const lane = lanes.find(({ card }) => card.id === what);
    if (!lane || !start.disabled) return;
    lane.clock.textContent = total && received < total ? late.race.fetched(Math.floor((100 * received) / total)) : '';
  });

  /** @param {number[]} times */
  function verdict(times) {
    const order = lanes.map(({ card }, i) => ({ name: words.name(card), took: times[i] })).sort((one, other) => one.took - other.took);
    const [first, last] = [order[0], order[order.length - 1]];
    return late.race.verdict(first.name, time(first.took), last.name, time(last.took), Math.round(last.took / first.took));
  }
}

/**
 * @param {Card} card
 * @returns {Lane}
 */
function laneOf(card) {
  const { width, height } = card.image;
  const canvas = html('canvas', { width, height, role: 'img' });
  const bar = html('span', { class: 'bar' });
  const [passes, clock] = [html('td', { class: 'passes' }), html('td', { class: 'clock' })];
  const known = brief(card);
  const row = html(
    'tr',
    {},
    html('th', { scope: 'row' }, words.name(card)),
    html('td', { class: 'drawn' }, canvas),
    html('td', { class: 'track' }, bar),
    passes,
    clock,
    html('td', { class: 'quality', title: known?.meaning ?? '' }, known?.figures ?? '–'),
  );
  const lane = { card, canvas, row, bar, passes, clock };
  reset(lane);
  return lane;
}

/** @param {Lane} lane */
function reset({ card, canvas, row, bar, passes, clock }) {
  canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
  canvas.setAttribute('aria-label', late.race.notYet(words.name(card)));
  row.classList.remove('home');
  bar.style.setProperty('--place', '0');
  passes.textContent = late.race.of(total(card));
  clock.textContent = '';
}

/**
 * @param {Lane} lane
 * @param {RaceFrame} shown
 */
function show({ card, canvas, row, bar, passes, clock }, { image, step, steps, milliseconds }) {
  const home = step === steps;
  paint(canvas, image);
  canvas.setAttribute('aria-label', home ? late.race.home(words.name(card)) : late.race.after(words.name(card), step, steps));
  row.classList.toggle('home', home);
  const place = Math.log(Math.max(milliseconds, TRACK[0]) / TRACK[0]) / Math.log(TRACK[TRACK.length - 1] / TRACK[0]);
  bar.style.setProperty('--place', String(Math.min(place, 1)));
  passes.textContent = late.race.passes(Math.ceil((total(card) * step) / steps), total(card));
  clock.textContent = time(milliseconds);
}

/**
 * Forward passes in all: the prior's and the decoder's count alike.
 * @param {Card} card
 */
function total(card) {
  return passesOf(card).split('+').reduce((sum, part) => sum + Number(part), 0);
}

/**
 * @param {number} milliseconds
 * @param {number} [digits] of what is less than ten
 */
function time(milliseconds, digits = 1) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(digits)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? digits : 0)} ms`;
}
