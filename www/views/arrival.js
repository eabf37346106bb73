// What a link says when somebody arrives by it: what one sees, in a sentence, and a way to one's own.

import { find, html } from '../dom.js';
import { words } from '../words.js';
import { DICE } from './ends.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountArrival(root, { store }) {
  const { at, t } = store.value;
  const { sees, mine, close } = words.arrival;
  const { off, at: stands, between } = words.picture;
  const place = at ? off : t === 0 ? stands('A') : t === 1 ? stands('B') : between(Math.round(t * 100));
  const own = html('button', { type: 'button', class: 'plain' }, mine);
  const dismiss = html('button', { type: 'button', class: 'close', 'aria-label': close }, '×');
  own.addEventListener('click', () => {
    const [seed, to] = crypto.getRandomValues(new Uint32Array(2)).map((number) => number % DICE);
    store.update({ seed, to });
    find('#slider input').focus({ preventScroll: true });
  });
  dismiss.addEventListener('click', () => (root.hidden = true));
  root.replaceChildren(html('p', {}, sees(store.subject, place, words.name(store.card))), own, dismiss);
  root.hidden = false;
  // It speaks of the picture that the link asks for: whoever moves on sees another. Its place stays, lest the page jump under the hand.
  store.addEventListener('change', () => root.classList.add('past'), { once: true });
}
