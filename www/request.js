// From a state of the page to what the API is asked for.

/**
 * @import { Condition, GenerateOptions, State, SamplingOptions } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 */

/** What was worked out for states, which never change. @type {WeakMap<State, { latent?: Float32Array, condition?: Condition }>} */
const known = new WeakMap();

/** @param {State} state */
function of(state) {
  const found = known.get(state) ?? {};
  known.set(state, found);
  return found;
}

/**
 * The latent of a state: worked out once, for whoever asks, so nobody writes to it.
 * @param {State} state
 * @param {Functions} functions
 */
export function latentOf(state, functions) {
  return (of(state).latent ??= functions.stateLatent(state));
}

/**
 * What a state asks a model for.
 * @param {State} state
 * @param {Functions} functions
 */
export function conditionOf(state, functions) {
  return (of(state).condition ??= functions.stateCondition(state));
}

/**
 * Which model a state asks, and how it is to be sampled.
 * @param {State} state
 * @returns {SamplingOptions & { model: string }}
 */
export function samplingOf({ model, seed, steps, guidance, temperature, sampler, precision }) {
  return {
    model,
    steps: steps ?? undefined,
    guidance: guidance ?? undefined,
    temperature: temperature ?? undefined,
    sampler: sampler ?? undefined,
    noiseSeed: seed,
    precision,
  };
}

/** The properties that make a lesson, as they are where there is none. */
export const NO_LESSON = { show: '', lock: '', task: '', goal: '' };

/** What of a state no picture depends on, taken out of it. */
export const UNDRAWN = { lang: null, tour: null, ...NO_LESSON };

/**
 * What a state's picture depends on, to be compared.
 * @param {State} state
 */
export function drawnBy(state) {
  return JSON.stringify({ ...state, draws: null, ...UNDRAWN });
}

/**
 * What a state asks for.
 * @param {State} state
 * @param {Functions} functions
 * @returns {GenerateOptions}
 */
export function requestOf(state, functions) {
  return { ...samplingOf(state), latent: latentOf(state, functions), condition: conditionOf(state, functions) };
}
