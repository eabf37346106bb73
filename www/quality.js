// What was measured of a model, in words: of pictures of classes by a classifier, of sentences by a judge of both.

import { words } from './words.js';

/**
 * @import { Card, PromptQuality, Quality } from '../pkg/index.d.ts'
 */

/**
 * In a line: the figures, what the last of them counts, and what they mean.
 * @param {Card} card
 * @returns {{ figures: string, counted: string, meaning: string } | null} null where nothing was measured yet
 */
export function brief({ quality }) {
  if (!quality?.shipped) return null;
  const told = isTold(quality);
  const share = told ? quality.shipped.r_precision : quality.shipped.conditional_accuracy;
  return {
    figures: `FD ${quality.shipped.fd_over_floor.toFixed(told ? 1 : 0)} ${words.quality.floor} · ${(100 * share).toFixed(0)} %`,
    counted: told ? words.quality.matched : words.quality.recognized,
    meaning: words.quality.meaning(told),
  };
}

/**
 * @param {Quality | PromptQuality} quality
 * @returns {quality is PromptQuality}
 */
export function isTold(quality) {
  return 'r_precision' in quality.shipped;
}
