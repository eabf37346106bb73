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

/**
 * Whether something can be chosen about the way from noise to picture.
 * @param {Card} card
 */
export function isSteered({ controls }) {
  return Boolean(controls.steps || controls.guidance || controls.temperature || controls.samplers);
}

/** How far the drawn plane reaches in units of the ring's radius, which is well inside then. */
const RINGS = 1.55;

/**
 * Half the side of the square of the plane that is drawn, in standard deviations, if a point may be so far out.
 * @param {Card} card
 * @param {number} farthest
 */
export function reachOf(card, farthest) {
  return Math.min(RINGS * Math.sqrt(dimensionOf(card)), farthest);
}

/**
 * The models that draw the same kind of pictures, so that they can be compared.
 * @param {Card[]} cards
 * @param {Card} card
 */
export function rivalsOf(cards, { dataset }) {
  return cards.filter((other) => other.dataset.name === dataset.name);
}
