// The sampled picture, large, growing step by step where it takes many, and a line that says what it is.

import { find, paint } from '../dom.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountPicture(root, { store, painter }) {
  const canvas = /** @type {HTMLCanvasElement} */ (find('.stage > canvas', root));
  const said = find('.said', root);
  const time = find('.time', root);
  const figure = find('.predicted', root);
  const clean = /** @type {HTMLCanvasElement} */ (find('canvas', figure));

  function describe() {
    const { said: say, canvas: label } = words.picture;
    said.textContent = say(store.subject, store.place);
    canvas.setAttribute('aria-label', label(said.textContent));
  }
  store.watch(describe);
  let { model } = store.value;
  store.addEventListener('change', () => {
    root.setAttribute('aria-busy', 'true');
    // At once and not with the next frame of the screen, by which the new model may already have drawn.
    if (store.value.model !== model) {
      root.classList.remove('drawn', 'failed');
      time.textContent = '';
      figure.hidden = true;
    }
    ({ model } = store.value);
  });
  painter.addEventListener('picture', (event) => {
    const shown = /** @type {CustomEvent<import('../../types/page.d.ts').Shown>} */ (event).detail;
    const { image, predicted, step, steps, milliseconds, sketch, final } = shown;
    paint(canvas, image);
    root.classList.add('drawn');
    root.classList.remove('failed');
    // Once the picture is there, nothing of it is left to foresee.
    figure.hidden = !predicted || step === steps;
    if (predicted) paint(clean, predicted);
    if (milliseconds === null) time.textContent = words.picture.step(step, steps);
    else if (sketch) time.textContent = words.picture.sketched(steps);
    else time.textContent = words.picture.drawn(steps, milliseconds.toFixed(milliseconds < 10 ? 1 : 0));
    if (final) root.setAttribute('aria-busy', 'false');
  });
  painter.addEventListener('failed', () => {
    root.classList.add('failed');
    figure.hidden = true;
  });
}
