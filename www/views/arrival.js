// What a link says when somebody arrives by it: what one sees, in a sentence, and a way to one's own.

import { find, html } from '../dom.js';
import { rolled } from '../state.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountArrival(root, { store }) {
  const { sees, mine, close } = words.arrival;
  const own = html('button', { type: 'button', class: 'plain' }, mine);
  const dismiss = html('button', { type: 'button', class: 'close', 'aria-label': close }, '×');
  own.addEventListener('click', () => {
    store.update({ seed: rolled(), to: rolled() });
    find('#slider input').focus({ preventScroll: true });
  });
  dismiss.addEventListener('click', () => (root.hidden = true));
  root.replaceChildren(html('p', {}, sees(store.subject, store.place, words.name(store.card))), own, dismiss);
  root.hidden = false;
  // It speaks of the picture that the link asks for: whoever moves on sees another. Its place stays, lest the page jump under the hand.
  store.addEventListener('change', () => root.classList.add('past'), { once: true });
}
