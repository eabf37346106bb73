// The terms of the field where the page's own texts first use them: each shows its entry of the glossary when it is pressed.

import { html } from '../dom.js';
import { term } from '../term.js';
import { language, words } from '../words.js';
import { GLOSSARY } from '../words/glossary.js';

/** Texts that stand still, in which terms are looked for. */
const TEXTS = 'p[data-say], figcaption[data-say], p > [data-say], th > [data-say]';

/** Between the entry and what it explains, and the edge of the screen, in pixels. */
const GAP = 6;

/** @param {HTMLElement} root where the entries are shown, over all else */
export function mount(root) {
  const texts = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(TEXTS));
  for (const { id, [language]: [called] } of GLOSSARY) {
    const name = called.replace(/ [a-z]$/, '');
    for (const element of texts) if (mark(element, name, id)) break;
  }
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a.term') : null;
    const asked = link && new URL(/** @type {HTMLAnchorElement} */ (link).href).searchParams.get('term');
    const entry = GLOSSARY.find(({ id }) => id === asked);
    if (!link || !entry) return;
    event.preventDefault();
    const address = `?term=${entry.id}${location.hash}`;
    if (!root.showPopover) return location.assign(address);
    const [called, text] = entry[language];
    root.replaceChildren(html('b', {}, called), html('p', {}, text), html('a', { href: address }, words.glossary));
    root.showPopover();
    stand(root, link.getBoundingClientRect());
  });
}

/**
 * Marks the first place of a text where a term stands; false if there is none.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} id
 */
function mark(element, name, id) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = placeOf(name, node.nodeValue ?? '');
    if (at < 0 || node.parentElement?.closest('a, button, label, math')) continue;
    const word = /** @type {Text} */ (node).splitText(at);
    const rest = word.splitText(name.length);
    word.remove();
    rest.before(term(id, word.data));
    return true;
  }
  return false;
}

/**
 * Where a term stands in a text as a word of its own, in any case; -1 if it does not.
 * @param {string} name
 * @param {string} text
 */
function placeOf(name, text) {
  // Chinese has no spaces between words.
  const edge = language === 'zh' ? '' : '\\b';
  return text.search(new RegExp(`${edge}${name}`, 'i'));
}

/**
 * Below a place, or where there is no room, above it.
 * @param {HTMLElement} root
 * @param {DOMRect} place
 */
function stand(root, { left, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = root;
  const below = bottom + GAP + height <= innerHeight;
  root.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  root.style.top = `${below ? bottom + GAP : Math.max(GAP, top - GAP - height)}px`;
}
