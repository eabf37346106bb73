// One condition, many pictures: what as many draws of the Gaussian become under it. Any of them can be taken as A or as B.

import { gridOf } from '../card.js';
import { fillTrack, find, html, number, paint } from '../dom.js';
import { drawAt, MANY } from '../rows.js';
import { words } from '../words.js';

/** @typedef {import('../../types/page.d.ts').Moment} Moment */

/** The rows that are shown here: the pictures, or their ways too. */
const ROWS_HERE = ['many', 'film'];

/** How long the way from noise to pictures takes when it is played, in milliseconds. */
const PLAYED = 2500;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, painter, functions }) {
  const title = find('.subject', root);
  const grid = find('.grid', root);
  const pictures = Array.from({ length: MANY }, (_, index) => {
    const { width, height } = store.card.image;
    const canvas = html('canvas', { width, height });
    const button = html('button', { type: 'button', class: 'stale' }, canvas);
    button.addEventListener('click', (event) => take(index, event.shiftKey));
    button.addEventListener('pointerenter', () => describe(index));
    /** The sampling trajectory, from noise, as far as somebody wanted to see them, and the one at its end. @type {Moment[]} */
    const moments = [];
    return { canvas, button, moments };
  });
  grid.append(...pictures.map(({ button }) => button));

  /** @param {number} index @param {boolean} asB */
  function take(index, asB) {
    const seed = drawAt(store.value, index);
    store.update({ mask: '', ...(asB ? { to: seed, t: 1 } : { seed, t: 0 }) });
  }

  /** Which point of the Gaussian it is: worth working out only for those who ask. @param {number} index */
  function describe(index) {
    const seed = drawAt(store.value, index);
    const norm = Math.hypot(...functions.gaussian(store.value.model, seed));
    pictures[index].button.title = words.many.draw(seed, number(norm));
  }

  /** Where all of them are shown on their ways, from 0 for noise to 1. */
  const film = find('.film', root);
  const time = /** @type {HTMLInputElement} */ (find('input', film));
  const play = find('button', film);
  let played = 0;

  /** @param {number} index */
  function show(index) {
    const { canvas, moments } = pictures[index];
    if (moments.length === 0) return;
    const t = time.valueAsNumber;
    const grid = gridOf(store.card);
    // A vector has no picture of its own: its way begins with the first step.
    const nearest = [...(grid ? [{ at: 0, image: null }] : []), ...moments].reduce((near, other) => (Math.abs(other.at - t) < Math.abs(near.at - t) ? other : near));
    if (nearest.image) return paint(canvas, nearest.image);
    const z = functions.gaussian(store.value.model, drawAt(store.value, index));
    // Needed by who goes back all the way only; whoever is elsewhere by then sees what is there.
    import('../noise.js').then(({ noiseImage }) => time.valueAsNumber === t && paint(canvas, noiseImage(z, /** @type {{ width: number, height: number }} */ (grid))));
  }

  /** The ways are drawn once somebody wants to see them. @param {boolean} wanted */
  function want(wanted) {
    painter.watch(wanted ? 'many' : 'film', false);
    painter.watch(wanted ? 'film' : 'many', true);
  }

  /** @param {number} t */
  function seek(t) {
    time.valueAsNumber = t;
    fillTrack(time);
    time.setAttribute('aria-valuetext', words.many.at(Math.round(100 * t)));
    pictures.forEach((_, index) => show(index));
  }

  function stop() {
    cancelAnimationFrame(played);
    played = 0;
    play.textContent = words.many.play;
  }

  time.addEventListener('input', () => {
    stop();
    want(true);
    seek(time.valueAsNumber);
  });
  play.addEventListener('click', () => {
    if (played) return stop();
    want(true);
    play.textContent = words.many.pause;
    const began = performance.now() - (time.valueAsNumber < 1 ? time.valueAsNumber * PLAYED : 0);
    const frame = () => {
      const t = Math.min(1, (performance.now() - began) / PLAYED);
      seek(t);
      if (t < 1) played = requestAnimationFrame(frame);
      else stop();
    };
    played = requestAnimationFrame(frame);
  });

  find('.caption button', root).addEventListener('click', () => store.update({ draws: drawAt(store.value, MANY) }));
  painter.addEventListener('stale', (event) => {
    if (ROWS_HERE.includes(/** @type {CustomEvent} */ (event).detail)) pictures.forEach(({ button }) => button.classList.add('stale'));
  });
  for (const row of ROWS_HERE) {
    painter.addEventListener(row, (event) => {
      const { index, image, moments } = /** @type {CustomEvent<{ index: number, image: ImageData, moments: Moment[] }>} */ (event).detail;
      pictures[index].moments.splice(0, Infinity, ...(moments.length > 0 ? moments : [{ at: 1, image }]));
      show(index);
      pictures[index].button.classList.remove('stale');
    });
  }
  store.watchModel((card) => {
    film.hidden = card.steps === 1;
    stop();
    pictures.forEach(({ moments }) => moments.splice(0));
    want(false);
    seek(1);
  });
  store.watch(() => {
    const { seed, t, at, mask } = store.value;
    title.textContent = store.origin;
    pictures.forEach(({ button }, index) => {
      const draw = drawAt(store.value, index);
      button.setAttribute('aria-label', words.many.take(draw));
      button.setAttribute('aria-pressed', String(draw === seed && t === 0 && !at && !mask));
    });
  });
}
