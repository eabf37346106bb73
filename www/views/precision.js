// What is left of a model when its numbers are rounded once more: the same latent drawn with 8 bits and with 4, and the difference.

import { compared } from '../compared.js';
import { find, html, number, paint } from '../dom.js';
import { late } from '../later.js';
import { drawnBy, requestOf } from '../request.js';
import { words } from '../words.js';

/** @import { Precision } from '../../pkg/index.d.ts' */

/** @type {Precision[]} */
const PRECISIONS = ['q8', 'q4'];

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, store, painter, functions, notices }) {
  const caption = find('figcaption', root);
  const canvases = PRECISIONS.map((precision) => /** @type {HTMLCanvasElement} */ (find(`.${precision} canvas`, root)));
  const difference = /** @type {HTMLCanvasElement} */ (find('.difference canvas', root));
  const choices = find('fieldset', root);
  choices.title = store.help('precision');
  const inputs = PRECISIONS.map((precision) => {
    const input = html('input', { type: 'radio', name: 'precision', value: precision });
    input.addEventListener('change', () => store.update({ precision }));
    choices.append(html('label', {}, input, html('span', {}, late.precision[precision])));
    return input;
  });
  let controller = new AbortController();
  let seen = false;
  /** What the pictures are of. */
  let of = '';

  /** Both pictures are the same whichever of them the page draws with. */
  const wanted = () => drawnBy({ ...store.value, precision: PRECISIONS[0] });

  async function compare() {
    if (!seen || of === wanted()) return;
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    const now = wanted();
    const { value, card } = store;
    root.setAttribute('aria-busy', 'true');
    try {
      const images = [];
      for (const [i, precision] of PRECISIONS.entries()) {
        const { image } = await api.generate({ ...requestOf({ ...value, precision }, functions), signal, priority: 'low' });
        signal.throwIfAborted();
        paint(canvases[i], image);
        images.push(image);
      }
      of = now;
      const { image, mean, most } = compared(images[0], images[1]);
      paint(difference, image);
      caption.textContent = late.precision.difference(number(mean, 1), most) + recorded(card);
      root.setAttribute('aria-busy', 'false');
      notices.hide('precision');
    } catch (error) {
      if (!signal.aborted) notices.show('precision', words.error(/** @type {Error} */ (error)));
    }
  }

  new IntersectionObserver(([{ isIntersecting }]) => {
    seen = isIntersecting;
    compare();
  }).observe(root);
  // The picture comes first: it is compared when it is there.
  painter.addEventListener('picture', (event) => {
    if (/** @type {CustomEvent<import('../../types/page.d.ts').Shown>} */ (event).detail.final) compare();
  });
  store.addEventListener('change', () => of !== wanted() && controller.abort());
  store.watch(() => inputs.forEach((input) => (input.checked = input.value === store.value.precision)));
}

/** @param {import('../../pkg/index.d.ts').Card} card */
function recorded({ quality }) {
  if (!quality?.q4) return '';
  const [q8, q4] = [quality.shipped, quality.q4].map(({ fd_over_floor }) => fd_over_floor.toFixed(1));
  return late.precision.recorded(quality.samples.toLocaleString(words.locale), q8, q4);
}
