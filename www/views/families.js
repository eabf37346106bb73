// The chooser of families: a card for each model, with what it costs and how well it draws.

import { passesOf } from '../card.js';
import { find, html } from '../dom.js';
import { brief } from '../quality.js';
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
  const { weights, paper } = card;
  return html(
    'span',
    { class: 'card' },
    html('span', { class: 'name' }, words.name(card), ...(card.condition === 'prompt' ? [html('span', { class: 'quiet' }, words.families.told)] : [])),
    html(
      'span',
      { class: 'facts' },
      html('span', {}, `${words.families.passes(passesOf(card))} · ${Math.round(weights.bytes / 1000)} kB`),
      quality(card),
      html('span', { class: 'paper' }, `arXiv ${paper}`),
    ),
  );
}

/** @param {Card} card */
function quality(card) {
  const known = brief(card);
  if (!known) return html('span', { class: 'quality' }, words.families.unmeasured);
  return html('span', { class: 'quality', title: known.meaning }, known.figures, html('span', { class: 'word' }, ` ${known.counted}`));
}
