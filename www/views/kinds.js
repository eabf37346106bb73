// How the families make their map, two by two: all pixels at once or one part after the other, as it was first and with what buys back
// what that gave up.

import { passesOf } from '../card.js';
import { find, html } from '../dom.js';
import { brief } from '../quality.js';
import { words } from '../words.js';

/** Which families stand where: the rows' order is that of index.html. @type {Record<string, string[]>} */
const PLACES = {
  shot: ['vae', 'gan', 'flow'],
  autoregressive: ['autoregressive'],
  repeated: ['diffusion', 'latent-diffusion'],
  coarse: ['codes'],
};

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store }) {
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  for (const [place, families] of Object.entries(PLACES)) {
    const list = html('ul');
    for (const card of store.cards.filter(({ family }) => families.includes(family))) {
      const button = html('button', { type: 'button' }, html('b', {}, words.name(card)), ' ', html('span', { class: 'quiet' }, facts(card)));
      button.addEventListener('click', () => {
        store.choose(card.id);
        find('#picture').scrollIntoView({ block: 'center' });
      });
      buttons.set(card.id, button);
      list.append(html('li', {}, button));
    }
    find(`.${place}`, root).append(list);
  }
  store.watch(() => buttons.forEach((button, id) => button.setAttribute('aria-pressed', String(id === store.value.model))));
}

/** @param {import('../../pkg/index.d.ts').Card} card */
function facts(card) {
  return [words.families.passes(passesOf(card)), brief(card)?.distance].filter(Boolean).join(' · ');
}
