// The film strip: nine pictures of the way; one click goes to any of them.

import { html, paint } from '../dom.js';
import { STRIP } from '../rows.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountStrip(root, { store, painter }) {
  const frames = STRIP.map((t, index) => {
    const canvas = html('canvas', { width: store.card.image.width, height: store.card.image.height });
    const button = html('button', { type: 'button', class: 'stale', 'aria-label': words.way.frame(index) }, canvas);
    button.addEventListener('click', () => store.update({ t }));
    return { t, canvas, button };
  });
  root.append(...frames.map(({ button }) => button));
  painter.addEventListener('stale', (event) => {
    if (/** @type {CustomEvent} */ (event).detail === 'strip') frames.forEach(({ button }) => button.classList.add('stale'));
  });
  painter.addEventListener('strip', (event) => {
    const { index, image } = /** @type {CustomEvent} */ (event).detail;
    paint(frames[index].canvas, image);
    frames[index].button.classList.remove('stale');
  });
  const show = () => {
    for (const { t, button } of frames) {
      button.setAttribute('aria-pressed', String(!store.value.at && store.value.t === t));
    }
  };
  store.watch(show);
}
