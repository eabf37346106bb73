// The sampled picture, large, growing step by step where it takes many, and a line that says what it is.

import { find, paint } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountPicture(root, { store, painter }) {
  const canvas = /** @type {HTMLCanvasElement} */ (find('.stage > canvas', root));
  const said = find('.said', root);
  const time = find('.time', root);
  const foreseen = find('.foreseen', root);
  const clean = /** @type {HTMLCanvasElement} */ (find('canvas', foreseen));

  function describe() {
    const { at, t } = store.value;
    const place = at ? 'off the way' : t === 0 ? 'at A' : t === 1 ? 'at B' : `${Math.round(t * 100)} % from A to B`;
    said.textContent = `${store.subject}, ${place}.`;
    canvas.setAttribute('aria-label', `A generated picture: ${said.textContent}`);
  }
  store.watch(describe);
  let { model } = store.value;
  store.addEventListener('change', () => {
    root.setAttribute('aria-busy', 'true');
    // At once and not with the next frame of the screen, by which the new model may already have drawn.
    if (store.value.model !== model) {
      root.classList.remove('drawn', 'failed');
      time.textContent = '';
      foreseen.hidden = true;
    }
    ({ model } = store.value);
  });
  painter.addEventListener('picture', (event) => {
    const shown = /** @type {CustomEvent<import('../painter.js').Shown>} */ (event).detail;
    const { image, predicted, step, steps, milliseconds, sketch, final } = shown;
    paint(canvas, image);
    root.classList.add('drawn');
    root.classList.remove('failed');
    // Once the picture is there, nothing of it is left to foresee.
    foreseen.hidden = !predicted || step === steps;
    if (predicted) paint(clean, predicted);
    if (milliseconds === null) time.textContent = `Step ${step} of ${steps}.`;
    else if (sketch) time.textContent = `Sketched in ${steps} steps.`;
    else time.textContent = `Drawn in ${steps > 1 ? `${steps} steps, ` : ''}${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms.`;
    if (final) root.setAttribute('aria-busy', 'false');
  });
  painter.addEventListener('failed', () => {
    root.classList.add('failed');
    foreseen.hidden = true;
  });
}
