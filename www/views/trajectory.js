// The way from noise to picture: a few of the pictures on it, kept as they pass.

import { html, paint } from '../dom.js';
import { KEPT } from '../painter.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountTrajectory(root, { store, painter }) {
  const frames = Array.from({ length: KEPT }, () => html('canvas', { role: 'img', 'aria-label': words.picture.notYet }));
  root.append(...frames);
  let model = '';
  function reset() {
    const { card } = store;
    if (card.id === model) return;
    model = card.id;
    root.hidden = card.steps === 1;
    for (const frame of frames) empty(frame, card.image);
  }
  reset();
  // Not with the next frame of the screen, by which the new model may already have drawn.
  store.addEventListener('change', reset);
  painter.addEventListener('picture', (event) => {
    const { image, step, steps, sketch } = /** @type {CustomEvent<import('../../types/page.d.ts').Shown>} */ (event).detail;
    if (sketch || root.hidden) return;
    const count = Math.min(KEPT, steps);
    if (step === 1) {
      frames.forEach((frame, i) => {
        empty(frame, image);
        frame.classList.toggle('beyond', i >= count);
      });
    }
    for (let i = 0; i < count; i++) {
      if (Math.ceil(((i + 1) * steps) / count) !== step) continue;
      paint(frames[i], image);
      frames[i].setAttribute('aria-label', words.picture.after(step, steps));
      frames[i].title = words.picture.step(step, steps);
    }
  });
}

/**
 * @param {HTMLCanvasElement} frame
 * @param {{ width: number, height: number }} size
 */
function empty(frame, { width, height }) {
  Object.assign(frame, { width, height, title: '' });
  frame.setAttribute('aria-label', words.picture.notYet);
}
