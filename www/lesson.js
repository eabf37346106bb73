// What a lesson does: where on the page each property is changed, and how much of a picture is another.

/** @import { State } from '../pkg/index.d.ts' */

/** What is changed where: a lesson that keeps a property takes these out of the hand. @type {Partial<Record<keyof State, string>>} */
export const HANDLES = {
  model: '#families, #kinds ul',
  class: 'main:not(.told) > #classes',
  style: 'main.told > #classes',
  prompt: '#say label.a, #say .examples',
  toprompt: '#say label.b',
  seed: '#ends .end.a, #many .grid',
  to: '#ends .end.b',
  mode: '#ends .modes',
  t: '#slider, #strip',
  at: '#plane .stage',
  steps: '[data-control=steps]',
  guidance: '[data-control=guidance]',
  temperature: '[data-control=temperature]',
  sampler: '[data-control=sampler]',
  mask: '#noise .stage',
  swap: '#bars .stage',
  draws: '#many .caption button',
  precision: '#precision .modes',
};

/** Levels of 255 by which a pixel must differ to be seen to. */
const VISIBLE = 8;

/**
 * The share of pixels of two pictures of one size that differ visibly, from 0 to 1.
 * @param {ImageData} one
 * @param {ImageData} other
 */
export function changed({ data, width, height }, { data: other }) {
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if ([0, 1, 2].some((channel) => Math.abs(data[i + channel] - other[i + channel]) > VISIBLE)) count++;
  }
  return count / (width * height);
}
