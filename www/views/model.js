// The card of the model that draws: what it is, what it learnt from, and how well it does.

import { passesOf } from '../card.js';
import { find, html } from '../dom.js';
import { measured } from '../measured.js';
import { term } from '../term.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store }) {
  store.watchModel((card) => {
    root.querySelector('dl')?.remove();
    find('h2', root).after(html('dl', {}, ...rows(card).map(([name, text, known]) => html('div', {}, html('dt', {}, known ? term(known, name) : name), html('dd', {}, text)))));
  });
}

/**
 * @param {import('../../pkg/index.d.ts').Card} card
 * @returns {[string, string | Node, string?][]}
 */
function rows(card) {
  const { dataset, weights } = card;
  const { family, learnt, passes, parameters, weights: file, knownLimits } = words.model;
  return [
    [family, html('span', {}, `${words.name(card)} · `, html('a', { href: `https://arxiv.org/abs/${card.paper}` }, `arXiv ${card.paper}`))],
    [learnt, html('span', {}, html('a', { href: dataset.url }, dataset.name), ` (${dataset.licence})`)],
    [passes, passesOf(card)],
    [parameters, card.parameters.toLocaleString(words.locale)],
    [file, `${Math.round(weights.bytes / 1000)} kB, ${weights.precision}`],
    ...measured(card),
    ...(card.known_limits ? [/** @type {[string, string]} */ ([knownLimits, words.knownLimits(card)])] : []),
  ];
}
