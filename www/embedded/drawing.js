// One picture of a figure that follows a hand: of a storm of changes only the newest is drawn, in few steps while the hand moves.

import { paint } from '../dom.js';
import { newest } from '../newest.js';
import { requestOf } from '../request.js';

/**
 * @import { Priority, State } from '../../pkg/index.d.ts'
 * @import { Stage } from '../../types/page.d.ts'
 */

/** A sketch has no more steps, where they can be chosen. */
const FEW = 4;

/** A hand that has been still for so many milliseconds rests. */
const MOVING = 250;

export class Drawing {
  #stage;
  #canvas;
  #priority;
  #done;
  /** @type {State | null} */
  #wanted = null;
  /** Of what the picture is that is there, as a link; nothing while another is on its way. */
  #there = '';
  #blank = true;
  /** Whether a sketch is wanted, and whether one is being drawn. */
  #sketch = false;
  #sketching = false;
  #timer = 0;
  #controller = new AbortController();
  #work = newest(() => this.#draw());

  /**
   * @param {Stage} stage
   * @param {HTMLCanvasElement} canvas
   * @param {(state: State) => void} [done] told of each picture, but of no sketch
   * @param {Priority} [priority]
   */
  constructor(stage, canvas, done = () => {}, priority = 'high') {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#done = done;
    this.#priority = priority;
  }

  /**
   * Draws a state, unless its picture is there.
   * @param {State} state
   * @param {boolean} [moving] whether a hand is at work
   */
  show(state, moving = false) {
    const { functions, card } = this.#stage;
    clearTimeout(this.#timer);
    this.#wanted = state;
    this.#sketch = moving && Boolean(card.controls.steps) && (state.steps ?? card.steps) > FEW;
    // A picture of one step is finished before it could be given up; a sketch is finished even when it is stale, or a fast hand would
    // see nothing.
    if (card.steps > 1 && !this.#sketching) this.#controller.abort();
    if (functions.writeLink(state) === this.#there) this.#done(state);
    else this.#work();
  }

  /** Gives up what is not there yet; `show` takes it up again. */
  rest() {
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#controller.abort();
  }

  async #draw() {
    const [state, sketch] = [this.#wanted, this.#sketch];
    if (!state) return;
    const { api, calm, failed, functions } = this.#stage;
    this.#controller = new AbortController();
    this.#sketching = sketch;
    const { signal } = this.#controller;
    this.#there = '';
    try {
      const request = { ...requestOf(state, functions), ...(sketch && { steps: FEW }) };
      // On its way a picture is shown where there was none: else it would flicker.
      const onFrame = !this.#blank || calm() ? undefined : (/** @type {ImageData} */ image) => paint(this.#canvas, image);
      const { image } = await api.generate({ ...request, onFrame, signal, priority: sketch ? 'immediate' : this.#priority });
      if (signal.aborted) return;
      paint(this.#canvas, image);
      this.#blank = false;
      if (!sketch) this.#there = functions.writeLink(state);
      if (this.#wanted !== state) return;
      if (sketch) this.#timer = setTimeout(() => this.show(state), MOVING);
      else this.#done(state);
    } catch (error) {
      if (!signal.aborted && this.#wanted) failed(error);
    }
  }
}
