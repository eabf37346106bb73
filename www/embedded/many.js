// Many samples of one condition: sixteen pictures, each from the latent of its own seed.

import { html, paint } from '../dom.js';
import { requestOf } from '../request.js';
import { drawAt, kindOf, MANY } from '../rows.js';
import { sheet } from './style.js';
import { captionOf } from './words.js';

/**
 * @import { State } from '../../pkg/index.d.ts'
 * @import { Stage, Standing } from '../../types/page.d.ts'
 */

export const STYLE = sheet(`
.body { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 4px; }`);

/**
 * @param {Stage} stage
 * @returns {Standing}
 */
export function mount(stage) {
  const { actions, api, body, calm, card, functions, update, words } = stage;
  const { width, height } = card.image;
  const cells = Array.from({ length: MANY }, () => ({ canvas: html('canvas', { width, height, role: 'img', class: 'stale' }), there: '' }));
  body.append(...cells.map(({ canvas }) => canvas));
  /** @type {State} */
  let now;
  let controller = new AbortController();
  const again = html('button', { type: 'button' }, words.many.again);
  again.addEventListener('click', () => update({ draws: drawAt(now, MANY) }));
  actions.append(again);

  /** Draws what is not there yet, one after the other, so that other figures have their turn. @param {State} state */
  async function draw(state) {
    controller = new AbortController();
    const { signal } = controller;
    try {
      const states = cells.map((_, index) => functions.settle(kindOf('many').at(state, index, 0)));
      cells.forEach(({ canvas, there }, index) => {
        canvas.classList.toggle('stale', there !== states[index].link);
        canvas.setAttribute('aria-label', words.many.sample(drawAt(state, index)));
      });
      for (const [index, cell] of cells.entries()) {
        const { state: one, link } = states[index];
        if (cell.there === link) continue;
        const onFrame = calm() ? undefined : (/** @type {ImageData} */ image) => show(cell, image);
        const { image } = await api.generate({ ...requestOf(one, functions), onFrame, signal, priority: 'low' });
        show(cell, image);
        cell.there = link;
      }
      stage.drawn(state, captionOf(state, card, words, words.many.seeds(drawAt(state, 0), drawAt(state, MANY - 1))));
    } catch (error) {
      if (!signal.aborted) stage.failed(error);
    }
  }

  /** @param {{ canvas: HTMLCanvasElement, there: string }} cell @param {ImageData} image */
  function show(cell, image) {
    // On its way it is of no state.
    cell.there = '';
    paint(cell.canvas, image);
    cell.canvas.classList.remove('stale');
  }

  return {
    show(state) {
      now = state;
      controller.abort();
      draw(state);
    },
    rest: () => controller.abort(),
  };
}
