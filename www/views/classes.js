// What narrows the distribution, from a list: the class, or where a sentence says what to draw, the style.

import { find, html } from '../dom.js';
import { words } from '../words.js';

/**
 * @import { Card, State } from '../../pkg/index.d.ts'
 * @typedef {{ property: 'class' | 'style', title: string, choices: [State['class' | 'style'], string][] }} List
 */

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountClasses(root, { store }) {
  const legend = find('legend', root);
  const formula = find('math', legend);
  store.watchModel((card) => {
    const { property, title, choices } = listOf(card);
    root.title = store.help(property);
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
  const { class: title, style, any, styles: names } = words.classes;
  if (condition === 'prompt') return { property: 'style', title: style, choices: [['', any], ...styles.map((name) => choice(name, names[name] ?? name))] };
  return { property: 'class', title, choices: [['any', words.anything], ...classes.map((name, index) => choice(index, words.className(name)))] };
}

/**
 * @param {List['choices'][0][0]} value
 * @param {string} name
 * @returns {List['choices'][0]}
 */
function choice(value, name) {
  return [value, name];
}
