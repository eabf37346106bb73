// The class chooser: what the distribution is narrowed to.

import { find, html } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountClasses(root, { store }) {
  root.title = store.properties.get('class')?.help ?? '';
  const legend = find('legend', root);
  store.watchModel(({ classes }) => {
    const inputs = ['any', ...classes.keys()].map((value) => {
      const input = html('input', { type: 'radio', name: 'class', value });
      input.addEventListener('change', () => store.update({ class: value === 'any' ? 'any' : Number(value) }));
      return input;
    });
    const labels = inputs.map((input) => {
      const name = input.value === 'any' ? 'Anything' : classes[Number(input.value)];
      return html('label', {}, input, html('span', {}, name));
    });
    root.replaceChildren(legend, ...labels);
    return () => inputs.forEach((input) => (input.checked = input.value === String(store.value.class)));
  });
}
