// The card of the model that draws: what it is, what it learnt from, and how well it does.

import { passesOf } from '../card.js';
import { html } from '../dom.js';
import { measured } from '../quality.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountModel(root, { store }) {
  store.watchModel((card) => {
    root.querySelector('dl')?.remove();
    root.append(html('dl', {}, ...rows(card).map(([term, text]) => html('div', {}, html('dt', {}, term), html('dd', {}, text)))));
  });
}

/**
 * @param {import('../../pkg/index.d.ts').Card} card
 * @returns {[string, string | Node][]}
 */
function rows(card) {
  const { dataset, weights } = card;
  return [
    ['Family', html('span', {}, `${card.name}, `, html('a', { href: `https://arxiv.org/abs/${card.paper}` }, `arXiv ${card.paper}`))],
    ['Learnt from', html('span', {}, html('a', { href: dataset.url }, dataset.name), ` (${dataset.licence})`)],
    ['Forward passes for a picture', passesOf(card)],
    ['Parameters', card.parameters.toLocaleString('en')],
    ['Weights', `${Math.round(weights.bytes / 1000)} kB, ${weights.precision}`],
    ...measured(card),
    ...(card.shortfall ? [/** @type {[string, string]} */ (['Falls short', card.shortfall])] : []),
  ];
}
