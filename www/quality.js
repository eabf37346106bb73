// What was measured of a model, in words: of pictures of classes by a classifier, of sentences by a judge of both.

import { words } from './words.js';

/**
 * @import { Card, PromptQuality, Quality } from '../pkg/index.d.ts'
 */

/**
 * In a line: the distance, that with the share of what is recognized or matched, and what they mean.
 * @param {Card} card
 * @returns {{ distance: string, figures: string, meaning: string } | null} null where nothing was measured yet
 */
export function brief({ quality }) {
  if (!quality?.shipped) return null;
  const told = isTold(quality);
  const share = told ? quality.shipped.r_precision : quality.shipped.conditional_accuracy;
  const distance = `FD ${quality.shipped.fd_over_floor.toFixed(told ? 1 : 0)} ${words.quality.floor}`;
  return {
    distance,
    figures: `${distance} · ${(100 * share).toFixed(0)} %`,
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
