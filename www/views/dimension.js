// Wherever the page's words name the dimension of the latent, it is that of the model that draws.

import { dimensionOf } from '../card.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountDimension(root, { store }) {
  const places = document.querySelectorAll('[data-dimension]');
  const formula = root.querySelector('math');
  store.watchModel((card) => {
    const dimension = dimensionOf(card);
    for (const place of places) place.textContent = String(dimension);
    formula?.setAttribute('aria-label', words.plane.formula(dimension));
  });
}
