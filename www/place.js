// Where a state's point is on the plane through the origin, A and B, in standard deviations: A on the first axis, B above it.

/**
 * @import { State } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 * @typedef {[Float32Array, Float32Array]} Ends
 */

/** What places a state's point where it has none of its own. @type {(keyof State)[]} */
export const ON_THE_PATH = ['seed', 'to', 't', 'mode'];

export class Way {
  #functions;
  #of = '';
  /** @type {Ends} */
  #ends = [new Float32Array(2), new Float32Array(2)];

  /** @param {Functions} functions */
  constructor(functions) {
    this.#functions = functions;
  }

  /**
   * The places of A and B.
   * @param {State} state
   */
  ends({ model, seed, to }) {
    const of = [model, seed, to].join();
    if (of !== this.#of) {
      const [a, b] = [seed, to].map((draw) => this.#functions.gaussian(model, draw));
      const plane = new this.#functions.Plane(a, b);
      this.#ends = [plane.coordinates(a), plane.coordinates(b)];
      plane.free();
    }
    this.#of = of;
    return this.#ends;
  }

  /**
   * The place of a point of the way. The plane is flat: what is between two of its points is known from their coordinates alone.
   * @param {State} state
   * @param {number} t
   * @param {State['mode']} mode
   */
  at(state, t, mode) {
    const [from, to] = this.ends(state);
    return this.#functions.interpolate(from, to, t, mode);
  }

  /**
   * The place of the state's own point.
   * @param {State} state
   * @returns {ArrayLike<number>}
   */
  here(state) {
    return state.at ?? this.at(state, state.t, state.mode);
  }
}

/**
 * Changes of a state, of which those along the path leave the free point.
 * @param {Partial<State>} changes
 * @returns {Partial<State>}
 */
export function moved(changes) {
  return { ...(ON_THE_PATH.some((name) => name in changes) && { at: null }), ...changes };
}
