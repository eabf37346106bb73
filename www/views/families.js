// The chooser of families: the name of each model, and in half a sentence how it makes the map.

import { find, html } from '../dom.js';
import { words } from '../words.js';

/** @import { Card } from '../../pkg/index.d.ts' */

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountFamilies(root, { store }) {
  root.title = store.help('model');
  const inputs = store.cards.map((card) => {
    const input = html('input', { type: 'radio', name: 'model', value: card.id });
    input.addEventListener('change', () => store.choose(card.id));
    root.append(html('label', {}, input, face(card)));
    return input;
  });
  let shown = '';
  store.watch(() => {
    const { model } = store.value;
    inputs.forEach((input) => (input.checked = input.value === model));
    if (shown === model) return;
    shown = model;
    // Where the cards are one long line, the chosen one comes to its middle; the page itself stays where it is.
    const { offsetLeft, offsetWidth } = /** @type {HTMLElement} */ (find(':checked', root).closest('label'));
    root.scrollTo({ left: offsetLeft - (root.clientWidth - offsetWidth) / 2 });
  });
}

/** @param {Card} card */
function face(card) {
  return html(
    'span',
    { class: 'card' },
    html('span', { class: 'name' }, words.name(card)),
    html('span', { class: 'quiet' }, ` ${words.families.plain[card.family]}`),
  );
}
