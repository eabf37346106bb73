// Draws what the state says: the picture first, and whenever there is none to draw, the rows of pictures that somebody looks at.

import { drawnBy, requestOf } from './request.js';
import { kindOf, MANY, NAMES, orderFor, rowOf } from './rows.js';

/**
 * @import { Choices, GenerateOptions } from '../pkg/index.d.ts'
 * @import { Moment, Shown } from '../types/page.d.ts'
 * @import { Pushforward } from './api.js'
 * @import { Functions } from './engine.js'
 * @import { Row } from './rows.js'
 * @import { Store } from './state.js'
 * @typedef {{ model: string, steps: number, sketch: boolean, controller: AbortController }} Drawing
 * @typedef {{ row: Row, of: string, controller: AbortController }} Filling
 */

/** A picture of no more steps is worth finishing even when it is stale, and a sketch has no more where they can be chosen. */
const FEW = 4;

/** Changes that follow each other faster, in milliseconds, are one movement, and sketches follow it. */
const MOVING = 250;

/** Of a picture of many steps so many are seen on the way, however fast they come. */
export const KEPT = 8;

/**
 * Fires `picture` (Shown), `choices` (those so far), one event a row, of its name ({ index, image, moments }), `stale` when all
 * pictures of a row are of another state (the row), and `failed` (the error).
 *
 * One picture and one row are with the worker at a time; meanwhile only the newest state waits, so a storm of changes costs no more
 * than the last of them. A stale picture of many steps is aborted. While changes follow each other, sketches follow them, in few
 * steps where these can be chosen, and finished even when they are stale; the picture is drawn when the changes come to rest.
 */
export class Painter extends EventTarget {
  #api;
  #functions;
  #store;
  /** What is newer than the last picture asked for. @type {'picture' | 'sketch' | null} */
  #wanted = null;
  /** @type {Drawing | null} */
  #drawing = null;
  /** @type {Filling | null} */
  #filling = null;
  /** What the rows are drawn for. @type {Record<Row, string>} */
  #of = each(() => '');
  /** What of them is not drawn yet. @type {Record<Row, number[]>} */
  #due = each(() => []);
  /** What of them is here. @type {Record<Row, ImageData[]>} */
  #pictures = each(() => []);
  /** Rows that somebody looks at. @type {Set<Row>} */
  #watched = new Set(['strip']);
  /** Whether nobody looks at anything but the picture. */
  #alone;
  /** The model that failed. */
  #failed = '';
  /** The choices of the picture so far, step by step. @type {Choices[]} */
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

  /** The picture of the state, once it is here. */
  get shown() {
    return this.#shown;
  }

  /**
   * The pictures of a row, if all are here.
   * @param {Row} row
   */
  whole(row) {
    const pictures = this.#pictures[row];
    return kindOf(row).order.every((index) => pictures[index]) ? pictures : null;
  }

  /** Draws the state as it is now. */
  draw() {
    const { model, steps } = this.#store.value;
    // A picture that is here, or on its way, is not drawn again for what it does not depend on.
    const picture = drawnBy(this.#store.value);
    if (picture === this.#picture && !this.#failed) {
      if (this.#shown) this.#fire('picture', this.#shown);
    } else {
      this.#picture = picture;
      this.#shown = null;
      const now = performance.now();
      const moving = (steps ?? this.#store.card.steps) > 1 && now - this.#changed < MOVING;
      this.#changed = now;
      clearTimeout(this.#rest);
      this.#rest = moving ? setTimeout(() => this.#arrive(), MOVING) : 0;
      this.#wanted = moving ? 'sketch' : 'picture';
      if (this.#failed !== model) this.#failed = '';
      this.#giveWay();
    }
    this.#renew();
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
    this.#renew();
    this.#next();
  }

  /** Begins anew with the rows that are of another state by now. */
  #renew() {
    for (const row of this.#alone ? [] : this.#watched) {
      const of = rowOf(row, this.#store.value);
      if (of === this.#of[row]) continue;
      this.#of[row] = of;
      this.#due[row] = [...kindOf(row).order];
      this.#pictures[row] = [];
      this.#fire('stale', row);
    }
    const filling = this.#filling;
    if (filling && filling.of !== this.#of[filling.row]) filling.controller.abort();
  }

  #arrive() {
    this.#rest = 0;
    this.#wanted = 'picture';
    this.#giveWay();
    this.#next();
  }

  /** Aborts the picture that is being drawn, unless it is nearly done. */
  #giveWay() {
    const drawing = this.#drawing;
    if (!drawing) return;
    const limit = drawing.sketch && this.#wanted === 'sketch' ? Infinity : FEW;
    if (drawing.steps > limit || drawing.model !== this.#store.value.model) drawing.controller.abort();
  }

  #next() {
    if (this.#failed) return;
    if (this.#wanted && !this.#drawing) this.#draw();
    // Between two sketches of a movement the rows would only be in the way.
    if (!this.#drawing && !this.#filling && !this.#rest) this.#fill();
  }

  async #draw() {
    const { card, value } = this.#store;
    const sketch = this.#wanted === 'sketch';
    const request = requestOf(value, this.#functions);
    if (sketch && request.steps !== undefined) request.steps = Math.min(FEW, request.steps);
    const steps = request.steps ?? card.steps;
    /** @type {Drawing} */
    const drawing = { model: value.model, steps, sketch, controller: new AbortController() };
    this.#drawing = drawing;
    this.#wanted = null;
    this.choices = [];
    /** @param {Pick<Shown, 'image' | 'predicted' | 'step' | 'milliseconds'>} shown */
    const show = (shown) => {
      const final = shown.milliseconds !== null && !sketch && !this.#wanted;
      const told = { ...shown, steps, sketch, final };
      if (final) this.#shown = told;
      this.#fire('picture', told);
    };
    // On the way of a sketch nothing is seen, unless it is so long that nothing else would be.
    const onFrame = /** @type {NonNullable<GenerateOptions['onFrame']>} */ (image, step, steps, predicted) => {
      if (step < steps) show({ image, predicted, step, milliseconds: null });
    };
    const seen = steps > (sketch ? FEW : 1) ? { onFrame, frames: sketch ? 0 : KEPT, predicted: !sketch && !this.#alone } : {};
    const chosen = card.alternatives ? { onChoices: this.#tell } : {};
    try {
      const { signal } = drawing.controller;
      const { image, milliseconds } = await this.#api.generate({ ...request, ...seen, ...chosen, signal, priority: sketch ? 'immediate' : 'high' });
      show({ image, predicted: null, step: steps, milliseconds });
    } catch (error) {
      if (!drawing.controller.signal.aborted) this.#fail(value.model, error);
    } finally {
      this.#drawing = null;
    }
    this.#next();
  }

  async #fill() {
    const { card, reach, value } = this.#store;
    const row = orderFor(card).find((row) => this.#due[row].length > 0);
    if (!row) return;
    const { at, moments } = kindOf(row);
    // Pictures of one step go to the worker together: one by one the way there and back would take as long as they do.
    const indices = this.#due[row].splice(0, card.steps === 1 ? MANY : 1);
    const due = new Set(indices);
    /** @type {Filling} */
    const filling = { row, of: this.#of[row], controller: new AbortController() };
    this.#filling = filling;
    /** @param {number} index @param {ImageData} image @param {Moment[]} [passed] */
    const done = (index, image, passed = []) => {
      due.delete(index);
      if (filling.of !== this.#of[row]) return;
      this.#pictures[row][index] = image;
      this.#fire(row, { index, image, moments: passed });
    };
    const requests = indices.map((index) => requestOf(at(value, index, reach), this.#functions));
    const asked = { signal: filling.controller.signal, priority: /** @type {const} */ ('normal') };
    try {
      if (card.steps === 1) await this.#api.race({ lanes: requests, onFrame: (lane, { image }) => done(indices[lane], image), ...asked });
      else if (moments) await this.#film({ ...requests[0], ...asked, frames: moments }, (...came) => done(indices[0], ...came));
      else done(indices[0], (await this.#api.generate({ ...requests[0], ...asked })).image);
    } catch (error) {
      if (!filling.controller.signal.aborted) this.#fail(value.model, error);
      else if (filling.of === this.#of[row]) this.#due[row].unshift(...due);
    } finally {
      this.#filling = null;
    }
    this.#next();
  }

  /**
   * A picture, and what it was on the way.
   * @param {GenerateOptions} options
   * @param {(image: ImageData, passed: Moment[]) => void} done
   */
  async #film(options, done) {
    /** @type {Moment[]} */
    let passed = [];
    /** @type {NonNullable<GenerateOptions['onFrame']>} */
    const onFrame = (image, step, steps) => {
      // A picture that is begun anew has another way.
      passed = [...(step === 1 ? [] : passed), { at: step / steps, image }];
    };
    const { image } = await this.#api.generate({ ...options, onFrame });
    done(image, passed);
  }

  /** @type {NonNullable<GenerateOptions['onChoices']>} */
  #tell = (choices, step) => {
    this.choices = [...(step === 1 ? [] : this.choices), choices];
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
