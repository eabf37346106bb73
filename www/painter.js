// Draws what the state says: the picture first, and whenever there is none to draw, the film strip and many others.

/**
 * @import { GenerateOptions, State } from '../pkg/index.d.ts'
 * @import { Pushforward } from './api.js'
 * @import { Functions } from './engine.js'
 * @import { Store } from './state.js'
 * @typedef {{ model: string, steps: number, wanted: 'picture' | 'sketch' | null, controller: AbortController }} Drawing
 * @typedef {'strip' | 'many'} Row
 * @typedef {{ image: ImageData, predicted: ImageData | null, step: number, steps: number, milliseconds: number | null,
 *   sketch: boolean, final: boolean }} Shown
 */

/** Where on the way the pictures of the strip lie: nine, at eighths that a link carries exactly. */
export const STRIP = Array.from({ length: 9 }, (_, i) => i / 8);

/** Coarse to fine, so that a half-filled strip already shows the way. */
const ORDER = [0, 8, 4, 2, 6, 1, 3, 5, 7];

/** How many other pictures are drawn under the same condition. */
export const MANY = 16;

/** Rows of pictures beside the one: the properties that do not matter to them, in which order they are drawn, and the state of each. */
const ROWS = {
  strip: {
    without: ['t', 'at', 'draws'],
    order: ORDER,
    /** @param {State} state @param {number} index @returns {State} */
    at: (state, index) => ({ ...state, t: STRIP[index], at: null }),
  },
  many: {
    without: ['seed', 'to', 'mode', 't', 'at', 'mask', 'brush', 'toprompt'],
    order: Array.from({ length: MANY }, (_, i) => i),
    /** @param {State} state @param {number} index @returns {State} */
    at: (state, index) => ({ ...state, seed: drawAt(state, index), t: 0, at: null, mask: '', brush: null }),
  },
};

/**
 * The seed of one of the many.
 * @param {State} state
 * @param {number} index
 */
export function drawAt({ draws }, index) {
  return ((draws ?? 0) + index) % 2 ** 32;
}

/** A picture of no more steps than this is worth finishing even when it is stale, and a sketch has no more where they can be chosen. */
const FEW = 4;

/** Changes that follow each other faster, in milliseconds, are one movement, and sketches follow it. */
const MOVING = 250;

/**
 * Fires `picture` (detail: Shown), `strip` and `many` (detail: { index, image }), `stale` when all pictures of a row are
 * of another state (detail: the row), and `failed` (detail: the error).
 *
 * One request is with the worker at a time. While it computes, only the newest state waits, so a storm of changes
 * costs no more than the last of them. A stale picture of many steps is aborted. While changes follow each other,
 * sketches follow them, finished even when they are stale, and in few steps where these can be chosen; the picture is
 * drawn when the changes come to rest.
 */
export class Painter extends EventTarget {
  #api;
  #functions;
  #store;
  /** What is newer than the last picture asked for. @type {'picture' | 'sketch' | null} */
  #wanted = null;
  /** @type {Drawing | null} */
  #drawing = null;
  /** What the rows are drawn for. @type {Record<Row, string>} */
  #of = { strip: '', many: '' };
  /** What of them is not drawn yet. @type {Record<Row, number[]>} */
  #due = { strip: [], many: [] };
  /** The model that failed. */
  #failed = '';
  #changed = -Infinity;
  #rest = 0;

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
    const { model, steps } = this.#store.value;
    const now = performance.now();
    const moving = (steps ?? this.#store.card.steps) > 1 && now - this.#changed < MOVING;
    this.#changed = now;
    clearTimeout(this.#rest);
    this.#rest = moving ? setTimeout(() => this.#arrive(), MOVING) : 0;
    this.#wanted = moving ? 'sketch' : 'picture';
    if (this.#failed !== model) this.#failed = '';
    this.#renew('strip');
    this.#renew('many');
    this.#giveWay();
    this.#next();
  }

  /** Tries again after a failure. */
  retry() {
    this.#failed = '';
    this.draw();
  }

  /** @param {Row} row */
  #renew(row) {
    const { without, order } = ROWS[row];
    const of = JSON.stringify({ ...this.#store.value, ...Object.fromEntries(without.map((name) => [name, null])) });
    if (of === this.#of[row]) return;
    this.#of[row] = of;
    this.#due[row] = [...order];
    this.#fire('stale', row);
  }

  /** The row that is to be drawn on: of a model that is told what to draw, first the many that its sentence may mean. @returns {Row} */
  #row() {
    const many = this.#due.many.length > 0 && (this.#store.card.condition === 'prompt' || this.#due.strip.length === 0);
    return many ? 'many' : 'strip';
  }

  /** The changes have come to rest. */
  #arrive() {
    this.#rest = 0;
    this.#wanted = 'picture';
    this.#giveWay();
    this.#next();
  }

  /** Aborts what is being drawn, unless it is nearly done. */
  #giveWay() {
    const drawing = this.#drawing;
    if (!drawing || !this.#wanted) return;
    const followed = drawing.wanted === 'sketch' && this.#wanted === 'sketch';
    const limit = followed ? Infinity : drawing.wanted ? FEW : 1;
    if (drawing.steps > limit || drawing.model !== this.#store.value.model) drawing.controller.abort();
  }

  async #next() {
    if (this.#drawing || this.#failed) return;
    const wanted = this.#wanted;
    // Between two sketches of a movement the rows would only be in the way.
    const row = this.#row();
    const index = wanted || this.#rest ? undefined : this.#due[row].shift();
    if (!wanted && index === undefined) return;
    this.#wanted = null;
    const of = this.#of[row];
    const state = index === undefined ? this.#store.value : ROWS[row].at(this.#store.value, index);
    const options = this.#options(state, wanted === 'sketch');
    /** @type {Drawing} */
    const drawing = { model: state.model, steps: options.steps ?? this.#store.card.steps, wanted, controller: new AbortController() };
    this.#drawing = drawing;
    try {
      await this.#generate(options, drawing, (image) => {
        if (index !== undefined && of === this.#of[row]) this.#fire(row, { index, image });
      });
    } catch (error) {
      if (!drawing.controller.signal.aborted) this.#fail(state.model, error);
      else if (index !== undefined && of === this.#of[row]) this.#due[row].unshift(index);
    } finally {
      this.#drawing = null;
    }
    this.#next();
  }

  /**
   * @param {GenerateOptions} options
   * @param {Drawing} drawing
   * @param {(image: ImageData) => void} done
   */
  async #generate(options, drawing, done) {
    const { wanted } = drawing;
    const sketch = wanted === 'sketch';
    /** @param {Omit<Shown, 'sketch' | 'final'>} shown */
    const show = (shown) => {
      const final = shown.milliseconds !== null && !sketch && !this.#wanted;
      if (wanted) this.#fire('picture', { ...shown, sketch, final });
    };
    /** @type {Pick<Shown, 'image' | 'predicted' | 'step' | 'steps'> | null} */
    let last = null;
    /** @type {NonNullable<GenerateOptions['onFrame']>} */
    const onFrame = (image, step, steps, predicted) => {
      if (step === steps) last = { image, predicted, step, steps };
      // On the way of a sketch nothing is seen, unless it is so long that nothing else would be.
      else if (!sketch || steps > FEW) show({ image, predicted, step, steps, milliseconds: null });
      this.#giveWay();
    };
    const { image, milliseconds } = await this.#api.generate({ ...options, onFrame, signal: drawing.controller.signal });
    show({ .../** @type {any} */ (last), image, milliseconds });
    done(image);
  }

  /**
   * @param {string} model
   * @param {unknown} error
   */
  #fail(model, error) {
    // Somebody who has gone on to another model has nothing to be told.
    if (model !== this.#store.value.model) return;
    this.#failed = model;
    this.#fire('failed', error);
  }

  /**
   * @param {State} state
   * @param {boolean} sketch
   * @returns {GenerateOptions}
   */
  #options(state, sketch) {
    const { model, seed, steps, guidance, temperature, sampler } = state;
    return {
      model,
      latent: this.#functions.stateLatent(state),
      condition: this.#functions.stateCondition(state),
      steps: steps === null ? undefined : sketch ? Math.min(FEW, steps) : steps,
      guidance: guidance ?? undefined,
      temperature: temperature ?? undefined,
      sampler: sampler ?? undefined,
      noiseSeed: seed,
    };
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
