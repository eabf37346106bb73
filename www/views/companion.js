// The picture once more, in a corner of a small screen, while the large one is out of sight and the hand changes it.

import { find, paint } from '../dom.js';

/** How long after the last change it stays, in milliseconds. */
const STAYS = 4000;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, painter }) {
  const canvas = /** @type {HTMLCanvasElement} */ (find('canvas', root));
  const stage = find('#picture .stage');
  let seen = true;
  let timer = 0;
  const show = () => (root.hidden = seen || timer === 0);
  new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].intersectionRatio >= 0.5;
    show();
  }, { threshold: [0, 0.5] }).observe(stage);
  store.addEventListener('change', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      show();
    }, STAYS);
    show();
  });
  painter.addEventListener('picture', (event) => paint(canvas, /** @type {CustomEvent<import('../../types/page.d.ts').Shown>} */ (event).detail.image));
  root.addEventListener('click', () => stage.scrollIntoView({ block: 'center' }));
}
