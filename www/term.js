// A term of the field in a text of the page: a link to its entry of the glossary, which www/views/terms.js shows where it stands.

import { html } from './dom.js';

/**
 * @param {string} id its entry's
 * @param {string} text
 */
export function term(id, text) {
  return html('a', { class: 'term', href: `?term=${id}` }, text);
}
