// What was measured of a model, in words: of pictures of classes by a classifier, of sentences by a judge of both.

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
  const which = told ? 'are nearer to their own sentence than to 99 others' : 'the classifier recognizes';
  return {
    figures: `FD ${quality.q8.fd_over_floor.toFixed(told ? 1 : 0)} × floor · ${(100 * share).toFixed(0)} %`,
    counted: told ? 'matched' : 'recognized',
    meaning: `How far its draws are from real pictures, in multiples of how far those are from each other; and how many ${which}`,
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
  /** @type {[string, string][]} */
  const rows = [
    [`FD-fashion of ${samples.toLocaleString('en')} samples`, `${q8.fd_fashion.toFixed(2)}, ${q8.fd_over_floor.toFixed(0)} × that of real pictures`],
    ['Samples seen as their class', `${percent(q8.conditional_accuracy)}; real pictures ${percent(floor.accuracy)}`],
    ['Precision, recall', `${q8.precision.toFixed(2)}, ${q8.recall.toFixed(2)}`],
  ];
  if (q8.bits_per_dim !== undefined) rows.push(['Bits per dimension', q8.bits_per_dim.toFixed(2)]);
  if (q8.bits_per_dim_bound !== undefined) rows.push(['Bits per dimension', `at most ${q8.bits_per_dim_bound.toFixed(2)}`]);
  return rows;
}

/**
 * @param {PromptQuality} quality
 * @returns {[string, string][]}
 */
function ofSentences({ samples, floor, q8 }) {
  const name = new Intl.DisplayNames('en', { type: 'language' });
  const languages = Object.entries(q8.languages).map(([language, share]) => `${name.of(language)} ${percent(share)}`);
  return [
    [
      `Of ${samples.toLocaleString('en')} samples, nearer to their own sentence than to 99 others`,
      `${percent(q8.r_precision)}; real pictures ${percent(floor.r_precision)}`,
    ],
    ...q8.variants.map(({ steps, r_precision }) => /** @type {[string, string]} */ ([`In ${steps} steps`, percent(r_precision)])),
    ['Asked in', languages.join(', ')],
    ['FD-emoji', `${q8.fd_emoji.toFixed(2)}, ${q8.fd_over_floor.toFixed(1)} × that of real pictures`],
    ['Distance between two pictures of a sentence', `${q8.diversity.toFixed(2)}; drawn by two hands ${floor.diversity.toFixed(2)}`],
    ['Error of the nearest picture learnt from', `${q8.nearest.toFixed(3)}; of pictures kept apart ${floor.nearest.toFixed(3)}`],
  ];
}
