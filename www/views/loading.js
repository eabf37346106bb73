// How much of the engine and of a model's weights has arrived, until its first picture.

import { html, megabytes } from '../dom.js';

/**
 * @import { Progress } from '../../pkg/index.d.ts'
 * @param {HTMLElement} root
 * @param {import('../api.js').Pushforward} api
 */
export function mountLoading(root, api) {
  const bar = html('progress', { 'aria-label': 'Loading' });
  const text = html('p', {}, 'Fetching the engine');
  root.append(bar, text);
  api.addEventListener('progress', (event) => {
    const { what, received, total } = /** @type {CustomEvent<Progress>} */ (event).detail;
    if (total) {
      bar.max = total;
      bar.value = received;
    } else bar.removeAttribute('value');
    const name = what === 'engine' ? 'The engine' : `The weights of ${what}`;
    const all = received === total;
    if (all && what === 'engine') bar.removeAttribute('value');
    text.textContent = `${name}: ${megabytes(received)}${all ? ', starting' : total ? ` of ${megabytes(total)}` : ''}`;
  });
}
