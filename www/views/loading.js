// How much of the engine and of a model's weights has arrived, until its first picture.

import { html, megabytes } from '../dom.js';
import { words } from '../words.js';

/**
 * @import { Progress } from '../../pkg/index.d.ts'
 * @param {HTMLElement} root
 * @param {import('../api.js').Pushforward} api
 */
export function mountLoading(root, api) {
  const bar = html('progress', { 'aria-label': words.loading.label });
  const text = html('p', {}, words.loading.first);
  root.append(bar, text);
  api.addEventListener('progress', (event) => {
    const { what, received, total } = /** @type {CustomEvent<Progress>} */ (event).detail;
    if (total) {
      bar.max = total;
      bar.value = received;
    } else bar.removeAttribute('value');
    const name = what === 'engine' ? words.loading.engine : words.loading.weights(what);
    const all = received === total;
    if (all && what === 'engine') bar.removeAttribute('value');
    text.textContent = words.loading.arrived(name, megabytes(received), total ? megabytes(total) : '', all);
  });
}
