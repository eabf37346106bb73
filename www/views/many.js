// One condition, many pictures: what as many draws of the Gaussian become under it. Any of them can be taken as A or as B.

import { gridOf } from '../card.js';
import { fillTrack, find, html, number, paint } from '../dom.js';
import { noiseImage } from '../noise.js';
import { drawAt, MANY } from '../rows.js';
import { words } from '../words.js';

/** How long the way from noise to pictures takes when it is played, in milliseconds. */
const PLAYED = 2500;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountMany(root, { store, painter, functions }) {
  const title = find('.subject', root);
  const grid = find('.grid', root);
  const pictures = Array.from({ length: MANY }, (_, index) => {
    const { width, height } = store.card.image;
    const canvas = html('canvas', { width, height });
    const button = html('button', { type: 'button', class: 'stale' }, canvas);
    button.addEventListener('click', (event) => take(index, event.shiftKey));
    button.addEventListener('pointerenter', () => describe(index));
    /** The pictures on the way from noise, that one included. @type {ImageData[]} */
    const frames = [];
    return { canvas, button, frames };
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
    const { canvas, frames } = pictures[index];
    if (frames.length === 0) return;
    const grid = gridOf(store.card);
    const step = Math.round(time.valueAsNumber * frames.length);
    if (step > 0) paint(canvas, frames[step - 1]);
    // A vector has no picture of its own: its way begins with the first step.
    else paint(canvas, grid ? noiseImage(functions.gaussian(store.value.model, drawAt(store.value, index)), grid) : frames[0]);
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
    seek(time.valueAsNumber);
  });
  play.addEventListener('click', () => {
    if (played) return stop();
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
    if (/** @type {CustomEvent} */ (event).detail === 'many') pictures.forEach(({ button }) => button.classList.add('stale'));
  });
  painter.addEventListener('many', (event) => {
    const { index, image, frames } = /** @type {CustomEvent<{ index: number, image: ImageData, frames: ImageData[] }>} */ (event).detail;
    pictures[index].frames.splice(0, Infinity, ...(frames.length > 0 ? frames : [image]));
    show(index);
    pictures[index].button.classList.remove('stale');
  });
  store.watchModel((card) => {
    film.hidden = card.steps === 1;
    stop();
    pictures.forEach(({ frames }) => frames.splice(0));
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
