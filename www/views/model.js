// The card of the model that draws: what it is, what it learnt from, and how well it does.

import { html } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountModel(root, { store }) {
  let shown = '';
  function show() {
    const { card } = store;
    if (card.id === shown) return;
    shown = card.id;
    root.querySelector('dl')?.remove();
    root.append(html('dl', {}, ...rows(card).map(([term, text]) => html('div', {}, html('dt', {}, term), html('dd', {}, text)))));
  }
  store.watch(show);
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
    ['Forward passes for a picture', String(card.forward_passes)],
    ['Parameters', card.parameters.toLocaleString('en')],
    ['Weights', `${Math.round(weights.bytes / 1000)} kB, ${weights.precision}`],
    ...figures(card.quality ?? {}),
  ];
}

/**
 * What was measured, whatever the card holds.
 * @param {Record<string, unknown>} quality
 * @param {string} [prefix]
 * @returns {[string, string][]}
 */
function figures(quality, prefix = '') {
  return Object.entries(quality).flatMap(([name, value]) => {
    const term = `${prefix}${name.replaceAll('_', ' ')}`;
    if (typeof value === 'number') return [[term, value.toLocaleString('en', { maximumSignificantDigits: 4 })]];
    if (value && typeof value === 'object') return figures(/** @type {Record<string, unknown>} */ (value), `${term}: `);
    return [];
  });
}
