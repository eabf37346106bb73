// The other language of the page, by its own name.

import { html } from '../dom.js';
import { language, SPOKEN, TAGS } from '../words.js';

const NAMES = { en: 'English', zh: '中文' };

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountLanguage(root, { store }) {
  for (const lang of SPOKEN.filter((other) => other !== language)) {
    const button = html('button', { type: 'button', class: 'plain', lang: TAGS[lang] }, NAMES[lang]);
    button.addEventListener('click', () => store.update({ lang }));
    root.append(button);
  }
}
