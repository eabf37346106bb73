// The glossary: what the terms of the page mean, and where they are from. `?term=` in the address leads to one of them.

import { find, html } from '../dom.js';
import { language } from '../words.js';
import { GLOSSARY } from '../words/glossary.js';

/** @param {HTMLElement} root */
export function mount(root) {
  const asked = new URLSearchParams(location.search).get('term');
  const entries = GLOSSARY.map(({ id, source: [name, url], [language]: [term, text] }) => {
    const entry = html('div', { 'data-term': id }, html('dt', {}, term), html('dd', {}, text, ' ', html('a', { href: url, class: 'source quiet' }, name)));
    entry.classList.toggle('asked', id === asked);
    return entry;
  });
  find('h2', root).after(html('dl', {}, ...entries));
  root.querySelector('.asked')?.scrollIntoView({ block: 'center' });
}
