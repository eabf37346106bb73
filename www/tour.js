// The steps of the tour: where on the page each takes place, and by what it is done. What they say: the words of parts that come later.

/**
 * @import { Card, State } from '../pkg/index.d.ts'
 * @typedef {{ state: State, card: Card }} Moment
 * @typedef {{ target: string, done?: (now: Moment, then: Moment) => boolean, model?: string }} Step what somebody changes is compared with
 *   how it was when the step began; without a condition, the button is what ends it; a model is chosen where the step needs it
 */

/** The model by which the tour begins: its latent is a vector, and it has classes. */
const FIRST = 'vae-fashion';

/** @type {Step[]} */
export const TOUR = [
  { target: '#plane', model: FIRST, done: ({ state: { at } }, then) => at !== null && String(at) !== String(then.state.at) },
  { target: '#way', done: ({ state: { t, at } }, then) => at === null && Math.abs(t - then.state.t) >= 0.5 },
  { target: '#way', done: ({ state }, then) => state.mode !== then.state.mode },
  { target: '#way', done: ({ state }, then) => state.to !== then.state.to },
  { target: '#classes', model: FIRST, done: ({ state }, then) => state.class !== then.state.class },
  { target: '#many', done: ({ state }, then) => state.draws !== then.state.draws },
  { target: '#families', done: ({ card }) => card.family === 'diffusion' },
  { target: '#controls', model: 'diffusion-fashion', done: ({ state: { steps } }) => steps !== null && steps <= 8 },
  { target: '#families', done: ({ card }) => card.family === 'autoregressive' },
  { target: '#share' },
];
