// What was measured of a model, in words: of pictures of classes by a classifier, of sentences by a judge of both.

import { words } from './words.js';

/**
 * @import { Card, PromptQuality, Quality } from '../pkg/index.d.ts'
 */

/** @param {number} fraction */
const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;

/**
 * In a line: the figures, what the last of them counts, and what they mean.
 * @param {Card} card
 * @returns {{ figures: string, counted: string, meaning: string } | null} null where nothing was measured yet
 */
export function brief({ quality }) {
  if (!quality?.q8) return null;
  const told = isTold(quality);
  const share = told ? quality.q8.r_precision : quality.q8.conditional_accuracy;
  return {
    figures: `FD ${quality.q8.fd_over_floor.toFixed(told ? 1 : 0)} ${words.quality.floor} · ${(100 * share).toFixed(0)} %`,
    counted: told ? words.quality.matched : words.quality.recognized,
    meaning: words.quality.meaning(told),
  };
}

/**
 * All of it, beside what real pictures reach under the same judge.
 * @param {Card} card
 * @returns {[string, string][]}
 */
export function measured({ quality }) {
  if (!quality?.q8) return [];
  return isTold(quality) ? ofSentences(quality) : ofClasses(quality);
}

/**
 * Bits per dimension of pictures that the model has not learned from, or a bound on them; null where it has no likelihood.
 * @param {Card} card
 */
export function usualBits({ quality }) {
  if (!quality?.q8 || isTold(quality)) return null;
  return quality.q8.bits_per_dim ?? quality.q8.bits_per_dim_bound ?? null;
}

/**
 * @param {Quality | PromptQuality} quality
 * @returns {quality is PromptQuality}
 */
function isTold(quality) {
  return 'r_precision' in quality.q8;
}

/**
 * @param {Quality} quality
 * @returns {[string, string][]}
 */
function ofClasses({ samples, floor, q8 }) {
  const { distance, times, seen, real, spread, bits, bound } = words.quality;
  /** @type {[string, string][]} */
  const rows = [
    [distance(samples.toLocaleString(words.locale)), times(q8.fd_fashion.toFixed(2), q8.fd_over_floor.toFixed(0))],
    [seen, real(percent(q8.conditional_accuracy), percent(floor.accuracy))],
    [spread, `${q8.precision.toFixed(2)}, ${q8.recall.toFixed(2)}`],
  ];
  if (q8.bits_per_dim !== undefined) rows.push([bits, q8.bits_per_dim.toFixed(2)]);
  if (q8.bits_per_dim_bound !== undefined) rows.push([bits, bound(q8.bits_per_dim_bound.toFixed(2))]);
  return rows;
}

/**
 * @param {PromptQuality} quality
 * @returns {[string, string][]}
 */
function ofSentences({ samples, floor, q8 }) {
  const { nearer, real, inSteps, asked, emoji, times, diversity, hands, nearest, apart } = words.quality;
  const name = new Intl.DisplayNames(words.locale, { type: 'language' });
  const languages = Object.entries(q8.languages).map(([language, share]) => `${name.of(language)} ${percent(share)}`);
  return [
    [nearer(samples), real(percent(q8.r_precision), percent(floor.r_precision))],
    ...q8.variants.map(({ steps, r_precision }) => /** @type {[string, string]} */ ([inSteps(steps), percent(r_precision)])),
    [asked, languages.join(', ')],
    [emoji, times(q8.fd_emoji.toFixed(2), q8.fd_over_floor.toFixed(1))],
    [diversity, hands(q8.diversity.toFixed(2), floor.diversity.toFixed(2))],
    [nearest, apart(q8.nearest.toFixed(3), floor.nearest.toFixed(3))],
  ];
}
