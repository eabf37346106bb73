// The slider between the two ends.

import { html } from '../dom.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountWay(root, { store }) {
  const property = store.properties.get('t');
  const input = html('input', {
    type: 'range',
    min: property?.min ?? 0,
    max: property?.max ?? 1,
    step: property?.step ?? 0.001,
    title: store.help('t'),
    'aria-label': words.way.slider,
  });
  // The browser's own arrow step, a thousandth, would be a long walk.
  input.addEventListener('keydown', (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const t = store.value.t + way * (event.shiftKey ? 0.1 : 0.01);
    store.update({ t: Math.min(1, Math.max(0, t)) });
  });
  input.addEventListener('input', () => store.update({ t: input.valueAsNumber }));
  function show() {
    const { t, at } = store.value;
    input.valueAsNumber = t;
    input.setAttribute('aria-valuetext', at ? words.way.off : words.picture.between(Math.round(t * 100)));
    root.classList.toggle('off', at !== null);
  }
  root.append(input);
  store.watch(show);
}
