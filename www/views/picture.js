// The sampled picture, large, and a line that says what it is.

import { find, paint } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountPicture(root, { store, painter }) {
  const canvas = /** @type {HTMLCanvasElement} */ (find('canvas', root));
  const said = find('.said', root);
  const time = find('.time', root);

  function describe() {
    const { at, t } = store.value;
    const place = at ? 'off the way' : t === 0 ? 'at A' : t === 1 ? 'at B' : `${Math.round(t * 100)} % of the way from A to B`;
    said.textContent = `${store.className[0].toUpperCase()}${store.className.slice(1)}, ${place}.`;
    canvas.setAttribute('aria-label', `A generated picture: ${said.textContent}`);
  }
  store.watch(describe);
  store.addEventListener('change', () => root.setAttribute('aria-busy', 'true'));
  painter.addEventListener('picture', (event) => {
    const { image, milliseconds, final } = /** @type {CustomEvent} */ (event).detail;
    paint(canvas, image);
    root.classList.add('drawn');
    root.classList.remove('failed');
    if (milliseconds !== null) time.textContent = `Drawn in ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms.`;
    if (final) root.setAttribute('aria-busy', 'false');
  });
  painter.addEventListener('failed', () => root.classList.add('failed'));
}
