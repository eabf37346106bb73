// The Gaussian, cut by the plane through the origin and both ends, and the pictures of its points under it.

import { dimensionOf } from '../card.js';
import { chart } from '../chart.js';
import { find, html, set } from '../dom.js';
import { MAP } from '../rows.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountPlane(root, { store, painter, functions }) {
  const stage = find('.stage', root);
  const map = html('canvas', { class: 'map', 'aria-hidden': 'true' });
  const choice = /** @type {HTMLInputElement} */ (find('input[type=checkbox]', root));
  /** Whether the map is wanted; until somebody says so, where it costs little. @type {boolean | null} */
  let wanted = null;
  const show = () => {
    choice.checked = wanted ?? store.card.steps === 1;
    stage.classList.toggle('mapped', choice.checked);
    painter.watch('map', choice.checked);
  };
  choice.addEventListener('change', () => {
    wanted = choice.checked;
    show();
  });
  store.watchModel((card) => {
    const { width, height } = card.image;
    set(map, { width: MAP * width, height: MAP * height });
    const { drawing, draw } = chart(store, functions, words.plane, dimensionOf(card), store.reach);
    stage.replaceChildren(map, drawing);
    show();
    return draw;
  });
  painter.addEventListener('stale', (event) => {
    if (/** @type {CustomEvent} */ (event).detail === 'map') map.classList.add('stale');
  });
  painter.addEventListener('map', (event) => {
    const { index, image } = /** @type {CustomEvent<{ index: number, image: ImageData }>} */ (event).detail;
    const [column, row] = [index % MAP, Math.floor(index / MAP)];
    map.getContext('2d')?.putImageData(image, column * image.width, row * image.height);
    map.classList.remove('stale');
  });
}
