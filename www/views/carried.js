// What the opening carries its Gaussian to once a model is here: samples of three classes, a class for each component.

import { passesOf } from '../card.js';
import { find } from '../dom.js';

/** Trousers, bags and ankle boots: outlines that can be told apart when they are small. */
const CLASSES = [1, 8, 9];

/** Samples of each. */
const SAMPLES = 6;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, store }) {
  const { id: model, classes } = store.card;
  // Where a picture takes many passes, the device has better things to do.
  if (passesOf(store.card) !== '1' || classes.length === 0) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    draw();
  });
  seen.observe(find('.stage', root));

  async function draw() {
    const of = (/** @type {number} */ index, /** @type {number} */ seed) => api.generate({ model, seed, condition: { class: index }, priority: 'low' });
    try {
      const drawn = await Promise.all(CLASSES.map((index) => Promise.all(Array.from({ length: SAMPLES }, (_, i) => of(index, 1 + i)))));
      root.dispatchEvent(new CustomEvent('samples', { detail: drawn.map((row) => row.map(({ image }) => image)) }));
    } catch {
      // The points are carried as before; what failed is said where the picture is.
    }
  }
}
