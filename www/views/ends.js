// The two ends of the way, each a seed, and how the way goes between them.

import { html, set, svg } from '../dom.js';
import { rolled } from '../state.js';
import { words } from '../words.js';

/** @type {('slerp' | 'lerp')[]} */
const MODES = ['slerp', 'lerp'];

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountEnds(root, context) {
  root.append(end(context, 'seed', 'A'), modes(context), end(context, 'to', 'B'));
}

/**
 * @param {import('../main.js').Context} context
 * @param {'seed' | 'to'} name
 * @param {'A' | 'B'} letter
 */
function end({ store, notices }, name, letter) {
  const { min = 0, max = Infinity } = store.properties.get(name) ?? {};
  const input = html('input', {
    type: 'number',
    inputmode: 'numeric',
    required: true,
    min,
    max,
    step: 1,
    title: store.help(name),
  });
  const dice = html('button', { type: 'button', class: 'dice', 'aria-label': words.ends.rollFor(letter), title: words.ends.roll }, die());
  dice.addEventListener('click', () => {
    notices.hide(name);
    store.update({ [name]: rolled() });
  });
  const show = () => (input.value = String(store.value[name]));
  input.addEventListener('change', () => {
    const seed = input.valueAsNumber;
    if (Number.isInteger(seed) && seed >= min && seed <= max) {
      store.update({ [name]: seed });
      notices.hide(name);
    } else notices.show(name, words.ends.refused(letter, min, max, input.value, store.value[name]));
    show();
  });
  store.watch(show);
  const label = html('label', {}, html('b', { class: letter.toLowerCase() }, letter), ' ', html('span', { class: 'word' }, words.ends.seed), input);
  return html('div', { class: `end ${letter.toLowerCase()}` }, label, dice);
}

/** @param {import('../main.js').Context} context */
function modes({ store }) {
  const group = html('fieldset', { class: 'modes', title: store.help('mode') });
  group.append(html('legend', { class: 'hidden' }, words.ends.way));
  const inputs = MODES.map((mode) => {
    const input = html('input', { type: 'radio', name: 'mode', value: mode });
    group.append(html('label', {}, input, html('span', {}, words.ends[mode], ' ', html('i', {}, mode))));
    input.addEventListener('change', () => store.update({ mode }));
    return input;
  });
  const show = () => inputs.forEach((input) => (input.checked = input.value === store.value.mode));
  store.watch(show);
  return group;
}

function die() {
  const pips = [[6, 6], [14, 6], [10, 10], [6, 14], [14, 14]].map(([cx, cy]) => svg('circle', { cx, cy, r: 1.5 }));
  return set(svg('svg', { viewBox: '0 0 20 20' }, svg('rect', { x: 1.5, y: 1.5, width: 17, height: 17, rx: 4 }), ...pips), { 'aria-hidden': 'true' });
}
