// Draws what the state says: the picture first, and whenever there is none to draw, the rows of pictures that somebody looks at.

import { drawnBy, requestOf } from './request.js';
import { kindOf, MANY, NAMES, orderFor, rowOf } from './rows.js';

/**
 * @import { GenerateOptions } from '../pkg/index.d.ts'
 * @import { Pushforward } from './api.js'
 * @import { Functions } from './engine.js'
 * @import { Store } from './state.js'
 * @typedef {{ model: string, steps: number, wanted: 'picture' | 'sketch' | null, controller: AbortController }} Drawing
 * @import { Row } from './rows.js'
 * @typedef {{ image: ImageData, predicted: ImageData | null, step: number, steps: number, milliseconds: number | null,
 *   sketch: boolean, final: boolean }} Shown
 */

/** A picture of no more steps than this is worth finishing even when it is stale, and a sketch has no more where they can be chosen. */
const FEW = 4;

/** Changes that follow each other faster, in milliseconds, are one movement, and sketches follow it. */
const MOVING = 250;

/**
 * Fires `picture` (detail: Shown), `choices` (detail: those so far), one event a row, of its name (detail: { index, image,
 * frames }), `stale` when all pictures of a row are of another state (detail: the row), and `failed` (detail: the error).
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
  #of = each(() => '');
  /** What of them is not drawn yet. @type {Record<Row, number[]>} */
  #due = each(() => []);
  /** Rows that somebody looks at. @type {Set<Row>} */
  #watched = new Set(['strip', 'many']);
  /** Whether nobody looks at anything but the picture. */
  #alone;
  /** The model that failed. */
  #failed = '';
  /** The choices of the picture so far, step by step. @type {import('../pkg/index.d.ts').Choices[]} */
  choices = [];
  /** What the picture is of that is here or on its way. */
  #picture = '';
  /** That picture, once it is here. @type {Shown | null} */
  #shown = null;
  #changed = -Infinity;
  #rest = 0;

  /**
   * @param {Pushforward} api
   * @param {Functions} functions
   * @param {Store} store
   * @param {boolean} alone whether the picture alone is drawn, and nothing beside it
   */
  constructor(api, functions, store, alone) {
    super();
    this.#alone = alone;
    this.#api = api;
    this.#functions = functions;
    this.#store = store;
    store.addEventListener('change', () => this.draw());
  }

  /** Draws the state as it is now. */
  draw() {
    const { model, steps } = this.#store.value;
    // A picture that is here, or on its way, is not drawn again for what it does not depend on.
    const picture = drawnBy(this.#store.value);
    if (picture === this.#picture && !this.#failed) {
      if (this.#shown) this.#fire('picture', this.#shown);
      this.#renewAll();
      this.#next();
      return;
    }
    this.#picture = picture;
    this.#shown = null;
    const now = performance.now();
    const moving = (steps ?? this.#store.card.steps) > 1 && now - this.#changed < MOVING;
    this.#changed = now;
    clearTimeout(this.#rest);
    this.#rest = moving ? setTimeout(() => this.#arrive(), MOVING) : 0;
    this.#wanted = moving ? 'sketch' : 'picture';
    if (this.#failed !== model) this.#failed = '';
    this.#renewAll();
    this.#giveWay();
    this.#next();
  }

  /** Tries again after a failure. */
  retry() {
    this.#failed = '';
    this.#picture = '';
    this.draw();
  }

  /**
   * Whether somebody looks at a row.
   * @param {Row} row
   * @param {boolean} watched
   */
  watch(row, watched) {
    if (watched === this.#watched.has(row)) return;
    if (watched) this.#watched.add(row);
    else this.#watched.delete(row);
    this.#of[row] = '';
    this.#due[row] = [];
    this.#renewAll();
    this.#next();
  }

  #renewAll() {
    if (!this.#alone) this.#watched.forEach((row) => this.#renew(row));
  }

  /** @param {Row} row */
  #renew(row) {
    const of = rowOf(row, this.#store.value);
    if (of === this.#of[row]) return;
    this.#of[row] = of;
    this.#due[row] = [...kindOf(row).order];
    this.#fire('stale', row);
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
    const { card, reach, value } = this.#store;
    const row = orderFor(card).find((row) => this.#due[row].length > 0) ?? NAMES[0];
    // Pictures of one step go to the worker together: one by one the way there and back would take as long as they do.
    const indices = wanted || this.#rest ? [] : this.#due[row].splice(0, card.steps === 1 ? MANY : 1);
    if (!wanted && indices.length === 0) return;
    this.#wanted = null;
    const of = this.#of[row];
    const asked = (wanted ? [value] : indices.map((index) => kindOf(row).at(value, index, reach))).map((state) => requestOf(state, this.#functions));
    const options = asked.map((one) => (wanted === 'sketch' && one.steps !== undefined ? { ...one, steps: Math.min(FEW, one.steps) } : one));
    const steps = options.reduce((sum, one) => sum + (one.steps ?? card.steps), 0);
    /** @type {Drawing} */
    const drawing = { model: value.model, steps, wanted, controller: new AbortController() };
    this.#drawing = drawing;
    const due = new Set(indices);
    /** @param {number} at @param {ImageData} image @param {ImageData[]} frames */
    const done = (at, image, frames) => {
      due.delete(indices[at]);
      if (!wanted && of === this.#of[row]) this.#fire(row, { index: indices[at], image, frames });
    };
    try {
      if (options.length > 1) await this.#together(options, drawing, done);
      else await this.#generate(options[0], drawing, (image, frames) => done(0, image, frames));
    } catch (error) {
      if (!drawing.controller.signal.aborted) this.#fail(value.model, error);
      else if (of === this.#of[row]) this.#due[row].unshift(...due);
    } finally {
      this.#drawing = null;
    }
    this.#next();
  }

  /**
   * @param {GenerateOptions[]} lanes each of one step
   * @param {Drawing} drawing
   * @param {(at: number, image: ImageData, frames: ImageData[]) => void} done
   */
  async #together(lanes, drawing, done) {
    await this.#api.race({ lanes, onFrame: (lane, { image }) => done(lane, image, [image]), signal: drawing.controller.signal });
  }

  /**
   * @param {GenerateOptions} options
   * @param {Drawing} drawing
   * @param {(image: ImageData, frames: ImageData[]) => void} done
   */
  async #generate(options, drawing, done) {
    const { wanted } = drawing;
    const sketch = wanted === 'sketch';
    /** @param {Omit<Shown, 'sketch' | 'final'>} shown */
    const show = (shown) => {
      const final = shown.milliseconds !== null && !sketch && !this.#wanted;
      if (!wanted) return;
      const told = { ...shown, sketch, final };
      if (final) this.#shown = told;
      this.#fire('picture', told);
    };
    /** @type {Pick<Shown, 'image' | 'predicted' | 'step' | 'steps'> | null} */
    let last = null;
    /** @type {ImageData[]} */
    const frames = [];
    /** @type {NonNullable<GenerateOptions['onFrame']>} */
    const onFrame = (image, step, steps, predicted) => {
      frames.push(image);
      if (step === steps) last = { image, predicted, step, steps };
      // On the way of a sketch nothing is seen, unless it is so long that nothing else would be.
      else if (!sketch || steps > FEW) show({ image, predicted, step, steps, milliseconds: null });
      this.#giveWay();
    };
    if (wanted) this.choices = [];
    // What the picture's choices were is looked at, what the others' were is not.
    const seen = wanted && this.#store.card.alternatives ? { onChoices: this.#tell } : {};
    const { image, milliseconds } = await this.#api.generate({ ...options, ...seen, onFrame, signal: drawing.controller.signal });
    show({ .../** @type {any} */ (last), image, milliseconds });
    done(image, frames);
  }

  /** @type {NonNullable<GenerateOptions['onChoices']>} */
  #tell = (choices) => {
    this.choices = [...this.choices, choices];
    this.#fire('choices', this.choices);
  };

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
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/**
 * The same for each row.
 * @template T
 * @param {() => T} make
 */
function each(make) {
  return /** @type {Record<Row, T>} */ (Object.fromEntries(NAMES.map((row) => [row, make()])));
}
