// What narrows the distribution, from a list: the class, or where a sentence says what to draw, the style.

import { find, html } from '../dom.js';

/**
 * @import { Card, State } from '../../pkg/index.d.ts'
 * @typedef {{ property: 'class' | 'style', title: string, choices: [State['class' | 'style'], string][] }} List
 */

/** Styles by the names that people know them by. @type {Record<string, string>} */
const STYLES = {
  noto: 'Noto',
  'noto-v1': 'Noto, first',
  twemoji: 'Twemoji',
  'fluent-emoji-flat': 'Fluent, flat',
  'fluent-emoji': 'Fluent',
  fxemoji: 'FxEmoji',
  emojione: 'EmojiOne',
};

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountClasses(root, { store }) {
  const legend = find('legend', root);
  const formula = find('math', legend);
  store.watchModel((card) => {
    const { property, title, choices } = listOf(card);
    root.title = store.properties.get(property)?.help ?? '';
    legend.replaceChildren(title, ' ', ...(property === 'class' ? [formula] : []));
    const inputs = choices.map(([value]) => {
      const input = html('input', { type: 'radio', name: property, value });
      input.addEventListener('change', () => store.update({ [property]: value }));
      return input;
    });
    const labels = inputs.map((input, i) => html('label', {}, input, html('span', {}, choices[i][1])));
    root.replaceChildren(legend, ...labels);
    return () => inputs.forEach((input, i) => (input.checked = choices[i][0] === store.value[property]));
  });
}

/**
 * @param {Card} card
 * @returns {List}
 */
function listOf({ condition, classes, styles = [] }) {
  if (condition === 'prompt') {
    return { property: 'style', title: 'Style', choices: [['', 'Any'], ...styles.map((style) => /** @type {List['choices'][0]} */ ([style, STYLES[style] ?? style]))] };
  }
  return { property: 'class', title: 'Class', choices: [['any', 'Anything'], ...classes.map((name, index) => /** @type {List['choices'][0]} */ ([index, name]))] };
}
