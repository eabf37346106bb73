// The class chooser: what the distribution is narrowed to.

import { html } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountClasses(root, { store }) {
  root.title = store.properties.get('class')?.help ?? '';
  const names = ['any', ...store.card.classes.keys()];
  const inputs = names.map((value) => {
    const input = html('input', { type: 'radio', name: 'class', value });
    const name = value === 'any' ? 'Anything' : store.card.classes[Number(value)];
    root.append(html('label', {}, input, html('span', {}, name)));
    input.addEventListener('change', () => store.update({ class: value === 'any' ? 'any' : Number(value) }));
    return input;
  });
  const show = () => inputs.forEach((input) => (input.checked = input.value === String(store.value.class)));
  store.watch(show);
}
