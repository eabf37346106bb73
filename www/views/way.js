// The slider between the two ends.

import { rail } from '../rail.js';
import { words } from '../words.js';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountWay(root, { store }) {
  const input = rail(store.properties.get('t'), words.way.slider, () => store.value.t, (t) => store.update({ t }));
  input.title = store.help('t');
  function show() {
    const { t, at } = store.value;
    input.valueAsNumber = t;
    input.setAttribute('aria-valuetext', at ? words.way.off : words.picture.between(Math.round(t * 100)));
    root.classList.toggle('off', at !== null);
  }
  root.append(input);
  store.watch(show);
}
