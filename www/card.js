// What follows from a model's card.

/** @import { Card } from '../pkg/index.d.ts' */

/**
 * How many coordinates a model's latent has.
 * @param {Card} card
 */
export function dimensionOf({ latent }) {
  return latent.shape.reduce((product, length) => product * length, 1);
}

/**
 * Columns and rows of a latent that is shaped like a picture; null for a vector.
 * @param {Card} card
 */
export function gridOf({ latent: { shape } }) {
  if (shape.length < 2) return null;
  const [height, width] = shape.slice(-2);
  return { width, height };
}

/**
 * Forward passes for a picture, of the default number of steps where it can be chosen.
 * @param {Card} card
 */
export function passesOf({ forward_passes, steps, controls }) {
  return controls.steps ? `${steps}` : forward_passes;
}
