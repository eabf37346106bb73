// All that was measured of a model, in words, beside what real pictures reach under the same judge.

import { isTold } from './quality.js';
import { words } from './words.js';

/**
 * @import { Card, PromptQuality, Quality } from '../pkg/index.d.ts'
 */

/** @param {number} fraction */
const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;

/**
 * What was measured, its figures, and of some the term in the glossary.
 * @param {Card} card
 * @returns {[string, string, string?][]}
 */
export function measured({ quality }) {
  if (!quality?.shipped) return [];
  return isTold(quality) ? ofSentences(quality) : ofClasses(quality);
}

/**
 * Bits per dimension of pictures that the model has not learned from, or a bound on them; null where it has no likelihood.
 * @param {Card} card
 */
export function usualBits({ quality }) {
  if (!quality?.shipped || isTold(quality)) return null;
  return quality.shipped.bits_per_dim ?? quality.shipped.bits_per_dim_bound ?? null;
}

/**
 * @param {Quality} quality
 * @returns {[string, string, string?][]}
 */
function ofClasses({ samples, floor, shipped }) {
  const { distance, times, seen, real, spread, bits, bound } = words.quality;
  /** @type {[string, string, string?][]} */
  const rows = [
    [distance(samples.toLocaleString(words.locale)), times(shipped.fd_fashion.toFixed(2), shipped.fd_over_floor.toFixed(0)), 'fd'],
    [seen, real(percent(shipped.conditional_accuracy), percent(floor.accuracy))],
    [spread, `${shipped.precision.toFixed(2)}, ${shipped.recall.toFixed(2)}`],
  ];
  if (shipped.bits_per_dim !== undefined) rows.push([bits, shipped.bits_per_dim.toFixed(2), 'bits']);
  if (shipped.bits_per_dim_bound !== undefined) rows.push([bits, bound(shipped.bits_per_dim_bound.toFixed(2)), 'bits']);
  return rows;
}

/**
 * @param {PromptQuality} quality
 * @returns {[string, string, string?][]}
 */
function ofSentences({ samples, floor, shipped }) {
  const { nearer, real, beside, inSteps, asked, emoji, times, diversity, hands, nearest, apart } = words.quality;
  const name = new Intl.DisplayNames(words.locale, { type: 'language' });
  const asks = Object.entries(shipped.languages).map(([language, share]) => `${name.of(language)} ${beside(percent(share), percent(floor.languages[language]))}`);
  return [
    [nearer(samples), real(percent(shipped.r_precision), percent(floor.r_precision))],
    ...shipped.variants.map(({ steps, r_precision }) => /** @type {[string, string]} */ ([inSteps(steps), percent(r_precision)])),
    [asked, asks.join(', ')],
    [emoji, times(shipped.fd_emoji.toFixed(2), shipped.fd_over_floor.toFixed(1)), 'fd'],
    [diversity, hands(shipped.diversity.toFixed(2), floor.diversity.toFixed(2))],
    [nearest, apart(shipped.nearest.toFixed(3), floor.nearest.toFixed(3))],
  ];
}
