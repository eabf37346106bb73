// The chooser of families: a card for each model, with what it costs and how well it draws.

import { passesOf } from '../card.js';
import { html } from '../dom.js';
import { brief } from '../quality.js';

/** @import { Card } from '../../pkg/index.d.ts' */

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountFamilies(root, { store }) {
  root.title = store.properties.get('model')?.help ?? '';
  const inputs = store.cards.map((card) => {
    const input = html('input', { type: 'radio', name: 'model', value: card.id });
    input.addEventListener('change', () => store.choose(card.id));
    root.append(html('label', {}, input, face(card)));
    return input;
  });
  store.watch(() => inputs.forEach((input) => (input.checked = input.value === store.value.model)));
}

/** @param {Card} card */
function face(card) {
  const { weights, paper } = card;
  return html(
    'span',
    { class: 'card' },
    html('span', { class: 'name' }, card.name, ...(card.condition === 'prompt' ? [html('span', { class: 'quiet' }, ' emoji from a sentence')] : [])),
    html(
      'span',
      { class: 'facts' },
      html('span', {}, `${counted(passesOf(card))} · ${Math.round(weights.bytes / 1000)} kB`),
      quality(card),
      html('span', { class: 'paper' }, `arXiv ${paper}`),
    ),
  );
}

/** @param {string} count a number, a sum, or a rule such as "one per pixel" */
function counted(count) {
  if (!/\d$/.test(count)) return count;
  return `${count} ${count === '1' ? 'pass' : 'passes'}`;
}

/** @param {Card} card */
function quality(card) {
  const known = brief(card);
  if (!known) return html('span', { class: 'quality' }, 'not measured yet');
  return html('span', { class: 'quality', title: known.meaning }, known.figures, html('span', { class: 'word' }, ` ${known.counted}`));
}
