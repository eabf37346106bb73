// The words of parts that come later, in the language of this visit.

import { language } from './words.js';

/** @type {import('./words/en-late.js').Words} */
export const late = (await (language === 'zh' ? import('./words/zh-late.js') : import('./words/en-late.js'))).words;
