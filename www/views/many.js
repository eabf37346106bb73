// One condition, many pictures: what as many draws of the Gaussian become under it. Any of them can be taken as A or as B.

import { find, html, number, paint } from '../dom.js';
import { drawAt, MANY } from '../painter.js';

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
    return { canvas, button };
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
    pictures[index].button.title = `Seed ${seed}, |z| = ${number(norm)}. Click: take it as A; with shift: as B.`;
  }

  find('button.plain', root).addEventListener('click', () => store.update({ draws: drawAt(store.value, MANY) }));
  painter.addEventListener('stale', (event) => {
    if (/** @type {CustomEvent} */ (event).detail === 'many') pictures.forEach(({ button }) => button.classList.add('stale'));
  });
  painter.addEventListener('many', (event) => {
    const { index, image } = /** @type {CustomEvent} */ (event).detail;
    paint(pictures[index].canvas, image);
    pictures[index].button.classList.remove('stale');
  });
  store.watch(() => {
    const { seed, t, at, mask } = store.value;
    title.textContent = store.origin;
    pictures.forEach(({ button }, index) => {
      const draw = drawAt(store.value, index);
      button.setAttribute('aria-label', `Take the draw of seed ${draw} as A`);
      button.setAttribute('aria-pressed', String(draw === seed && t === 0 && !at && !mask));
    });
  });
}
