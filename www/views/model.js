// The card of the model that draws: what it is, what it learnt from, and how well it does.

import { passesOf } from '../card.js';
import { html } from '../dom.js';

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
    ...figures(card.quality),
    ...(card.shortfall ? [/** @type {[string, string]} */ (['Falls short', card.shortfall])] : []),
  ];
}

/**
 * What was measured on the shipped weights, beside what real pictures reach under the same judge.
 * @param {import('../../pkg/index.d.ts').Card['quality']} quality
 * @returns {[string, string][]}
 */
function figures(quality) {
  if (!quality?.q8) return [];
  const { samples, floor, q8 } = quality;
  /** @param {number} fraction */
  const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
  /** @type {[string, string][]} */
  const rows = [
    [`FD-fashion of ${samples.toLocaleString('en')} samples`, `${q8.fd_fashion.toFixed(2)}, ${q8.fd_over_floor.toFixed(0)} × that of real pictures`],
    ['Samples seen as their class', `${percent(q8.conditional_accuracy)}; real pictures ${percent(floor.accuracy)}`],
    ['Precision, recall', `${q8.precision.toFixed(2)}, ${q8.recall.toFixed(2)}`],
  ];
  if (q8.bits_per_dim !== undefined) rows.push(['Bits per dimension', q8.bits_per_dim.toFixed(2)]);
  if (q8.bits_per_dim_bound !== undefined) rows.push(['Bits per dimension', `at most ${q8.bits_per_dim_bound.toFixed(2)}`]);
  return rows;
}
