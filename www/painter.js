// Draws what the state says: the picture first, and whenever there is none to draw, the film strip.

/**
 * @import { State } from '../pkg/index.d.ts'
 * @import { Pushforward } from './api.js'
 * @import { Functions } from './engine.js'
 * @import { Store } from './state.js'
 * @typedef {{ model: string, latent: Float32Array, condition: import('../pkg/index.d.ts').Condition }} Task
 */

/** Where on the way the pictures of the strip lie: nine, at eighths that a link carries exactly. */
export const STRIP = Array.from({ length: 9 }, (_, i) => i / 8);

/** Coarse to fine, so that a half-filled strip already shows the way. */
const ORDER = [0, 8, 4, 2, 6, 1, 3, 5, 7];

/**
 * Fires `picture` (detail: { image, milliseconds, final }), `strip` (detail: { index, image }), `stale` when the
 * strip's pictures are of another way, and `failed` (detail: the error).
 *
 * One request is with the worker at a time. While it computes, only the newest state waits, so a storm of changes
 * costs no more than the last of them; a picture of many steps is aborted for a newer one, a picture of one step is
 * shown, for it was nearly done.
 */
export class Painter extends EventTarget {
  #api;
  #functions;
  #store;
  /** Whether the state is newer than the last picture asked for. */
  #wanted = false;
  /** @type {{ steps: number, controller: AbortController } | null} */
  #drawing = null;
  #way = '';
  /** @type {number[]} */
  #strip = [];
  #failed = false;

  /**
   * @param {Pushforward} api
   * @param {Functions} functions
   * @param {Store} store
   */
  constructor(api, functions, store) {
    super();
    this.#api = api;
    this.#functions = functions;
    this.#store = store;
    store.addEventListener('change', () => this.draw());
  }

  /** Draws the state as it is now. */
  draw() {
    this.#wanted = true;
    const { model, class: narrowed, seed, to, mode } = this.#store.value;
    const way = [model, narrowed, seed, to, mode].join();
    if (way !== this.#way) {
      this.#way = way;
      this.#strip = [...ORDER];
      this.#fire('stale', null);
    }
    if (this.#drawing && this.#drawing.steps > 1) this.#drawing.controller.abort();
    this.#next();
  }

  /** Tries again after a failure. */
  retry() {
    this.#failed = false;
    this.draw();
  }

  async #next() {
    if (this.#drawing || this.#failed) return;
    const watched = this.#wanted;
    const index = watched ? -1 : this.#strip.shift();
    if (index === undefined) return;
    const way = this.#way;
    this.#wanted = false;
    const drawing = (this.#drawing = { steps: 1, controller: new AbortController() });
    try {
      const { value } = this.#store;
      const task = this.#task(watched ? value : { ...value, t: STRIP[index], at: null });
      const { image, milliseconds } = await this.#generate(task, drawing, watched);
      if (watched) this.#fire('picture', { image, milliseconds, final: !this.#wanted });
      else if (way === this.#way) this.#fire('strip', { index, image });
    } catch (error) {
      if (!drawing.controller.signal.aborted) this.#fail(error);
      else if (!watched && way === this.#way) this.#strip.unshift(index);
    } finally {
      this.#drawing = null;
    }
    this.#next();
  }

  /**
   * @param {Task} task
   * @param {{ steps: number, controller: AbortController }} drawing
   * @param {boolean} watched
   */
  #generate({ model, latent, condition }, drawing, watched) {
    /** @type {import('../pkg/index.d.ts').GenerateOptions['onFrame']} */
    const onFrame = (image, step, steps) => {
      drawing.steps = steps;
      if (watched && step < steps) this.#fire('picture', { image, milliseconds: null, final: false });
      if (this.#wanted && step < steps) drawing.controller.abort();
    };
    return this.#api.generate({ model, latent, condition, onFrame, signal: drawing.controller.signal });
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#failed = true;
    this.#fire('failed', error);
  }

  /**
   * @param {State} state
   * @returns {Task}
   */
  #task(state) {
    return { model: state.model, latent: this.#functions.stateLatent(state), condition: this.#store.condition };
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
