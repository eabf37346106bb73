// The path between two latents: the picture, and a slider from A to B with the pictures of both at its ends.

import { fillTrack, html } from '../dom.js';
import { rail } from '../rail.js';
import { Drawing } from './drawing.js';
import { sheet } from './style.js';
import { captionOf, placeOf, subjectOf } from './words.js';

/** @import { Stage, Standing } from '../../types/page.d.ts' */

export const STYLE = sheet(`
.rail { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 12px; margin-top: 12px; }
.end { position: relative; width: 44px; padding: 0; border: 0; border-radius: 3px; background: none; }
.end b { position: absolute; top: -7px; left: -7px; width: 20px; border-radius: 50%; background: var(--a); color: var(--on-end); font-size: 12px; line-height: 20px; text-align: center; }
.end.b b { left: auto; right: -7px; background: var(--b); }
input { display: block; width: 100%; height: 44px; margin: 0; background: none; appearance: none; cursor: pointer; }
input::-webkit-slider-runnable-track { height: 6px; border-radius: 3px; background: linear-gradient(to right in oklab, var(--a), var(--b)); }
input::-moz-range-track { height: 6px; border-radius: 3px; background: linear-gradient(to right in oklab, var(--a), var(--b)); }
input::-webkit-slider-thumb { appearance: none; width: 26px; height: 26px; margin-top: -10px; border: 3px solid var(--ink); border-radius: 50%; background: radial-gradient(var(--ink) 32%, var(--raised) 36%); }
input::-moz-range-thumb { box-sizing: border-box; width: 26px; height: 26px; border: 3px solid var(--ink); border-radius: 50%; background: radial-gradient(var(--ink) 32%, var(--raised) 36%); }
.off input { opacity: 0.45; }
@media (forced-colors: active) {
  input { appearance: auto; }
}`);

/**
 * @param {Stage} stage
 * @returns {Standing}
 */
export function mount(stage) {
  const { body, card, functions, update, words } = stage;
  const { width, height } = card.image;
  const canvas = html('canvas', { width, height, role: 'img', 'aria-label': words.loading() });
  /** @type {import('../../pkg/index.d.ts').State} */
  let now;
  const property = functions.properties().find(({ name }) => name === 't');
  const input = rail(property, words.way.slider, () => now.t, (t) => update({ t }));
  const [a, b] = [end('A', 0), end('B', 1)];
  const row = html('div', { class: 'rail' }, a.button, input, b.button);
  body.append(canvas, row);

  /** @param {'A' | 'B'} letter @param {number} t */
  function end(letter, t) {
    const small = html('canvas', { width, height });
    const button = html('button', { type: 'button', class: `end ${letter.toLowerCase()}`, 'aria-label': words.way.go(letter) }, small, html('b', {}, letter));
    button.addEventListener('click', () => update({ t }));
    return { button, t, drawing: new Drawing(stage, small, () => {}, 'low') };
  }

  const drawing = new Drawing(stage, canvas, (state) => {
    const place = placeOf(state, words);
    canvas.setAttribute('aria-label', words.picture(subjectOf(state, card, words), place));
    stage.drawn(state, captionOf(state, card, words, place));
    for (const { drawing, t } of [a, b]) drawing.show(functions.settle({ ...state, t, at: null }).state);
  });

  return {
    show(state, moving) {
      now = state;
      input.valueAsNumber = state.t;
      fillTrack(input);
      input.setAttribute('aria-valuetext', placeOf(state, words));
      row.classList.toggle('off', state.at !== null);
      drawing.show(state, moving);
    },
    rest: () => [drawing, a.drawing, b.drawing].forEach((one) => one.rest()),
  };
}
