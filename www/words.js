// The words of the page: in the language of the link, or where it says none, in the first of the reader's that there is.

import { words as english } from './words/en.js';

/** @import { State } from '../pkg/index.d.ts' */

/** @type {(typeof language)[]} */
export const SPOKEN = ['en', 'zh'];

/** How HTML calls them. */
export const TAGS = { en: 'en', zh: 'zh-Hans' };

/**
 * The language in which a state is shown.
 * @param {string | null} lang
 * @returns {'en' | 'zh'}
 */
export function languageOf(lang) {
  // As links read them: `zh`, `zh-Hant-TW` and `zh_CN` are one language.
  const wanted = [lang ?? '', ...navigator.languages].map((tag) => tag.split(/[-_.]/)[0].toLowerCase());
  return SPOKEN.find((known) => known === wanted.find((tag) => SPOKEN.some((spoken) => spoken === tag))) ?? 'en';
}

/** The language of this visit: another one is another visit. */
export const language = languageOf(new URLSearchParams(location.hash.slice(1)).getAll('lang').at(-1) ?? null);

/** @type {import('./words/en.js').Words} */
export const words = language === 'zh' ? (await import('./words/zh.js')).words : english;

/** Says in this language what stands still on the page, which says it in English. */
export function translate() {
  document.documentElement.lang = TAGS[language];
  if (words === english) return;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-say], [data-label]'))) {
    const { say, label } = element.dataset;
    // These are the table's own words, with its own marks.
    if (say) element.innerHTML = words.page[say];
    if (label) element.setAttribute('aria-label', words.page[label]);
  }
}
