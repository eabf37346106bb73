// From a state of the page to what the API is asked for.

/**
 * @import { GenerateOptions, State, WalkOptions } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 */

/**
 * Which model a state asks, and how it is to walk.
 * @param {State} state
 * @returns {WalkOptions & { model: string }}
 */
export function walkOf({ model, seed, steps, guidance, temperature, sampler, precision }) {
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

/**
 * What a state's picture depends on, to be compared.
 * @param {State} state
 */
export function drawnBy(state) {
  return JSON.stringify({ ...state, draws: null, lang: null });
}

/**
 * What a state asks for.
 * @param {State} state
 * @param {Functions} functions
 * @returns {GenerateOptions}
 */
export function requestOf(state, functions) {
  return { ...walkOf(state), latent: functions.stateLatent(state), condition: functions.stateCondition(state) };
}
