// A picture that one works on cell by cell: where the pointer is on it, where the keyboard stands, and the ring that shows it.

import { ARROWS, find } from './dom.js';

/** Cells that an arrow key goes with shift. */
const LEAP = 4;

export class Easel {
  #ring;
  /** Columns and rows. */
  size = { width: 1, height: 1 };
  /** The cell that the keyboard stands on. */
  cursor = { x: 0, y: 0 };

  /** @param {HTMLElement} root what holds the easel */
  constructor(root) {
    this.element = find('.easel', root);
    this.canvas = /** @type {HTMLCanvasElement} */ (find('canvas', this.element));
    this.#ring = find('.ring', this.element);
  }

  /**
   * A grid of another size; the keyboard stands in its middle.
   * @param {{ width: number, height: number }} size
   */
  renew({ width, height }) {
    this.size = { width, height };
    this.cursor = { x: width >> 1, y: height >> 1 };
  }

  /**
   * Where the pointer is, in cells; whole numbers are their middles.
   * @param {PointerEvent} event
   */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.size;
    return { x: ((event.clientX - box.left) / box.width) * width - 0.5, y: ((event.clientY - box.top) / box.height) * height - 0.5 };
  }

  /**
   * The cell under the pointer.
   * @param {PointerEvent} event
   */
  cell(event) {
    const { x, y } = this.place(event);
    return this.#within(Math.round(x), Math.round(y));
  }

  /**
   * Moves the keyboard's cell, if the key is an arrow; whether it is.
   * @param {KeyboardEvent} event
   */
  step(event) {
    const arrow = ARROWS[event.key];
    if (!arrow) return false;
    const leap = event.shiftKey ? LEAP : 1;
    this.cursor = this.#within(this.cursor.x + arrow[0] * leap, this.cursor.y + arrow[1] * leap);
    return true;
  }

  /**
   * Lays the ring around a place.
   * @param {{ x: number, y: number }} place in cells
   * @param {number} diameter in cells
   */
  encircle({ x, y }, diameter) {
    const { width, height } = this.size;
    this.#ring.style.left = `${((x + 0.5) / width) * 100}%`;
    this.#ring.style.top = `${((y + 0.5) / height) * 100}%`;
    this.#ring.style.width = `${(diameter / width) * 100}%`;
  }

  /** @param {number} x @param {number} y */
  #within(x, y) {
    const { width, height } = this.size;
    return { x: Math.max(0, Math.min(width - 1, x)), y: Math.max(0, Math.min(height - 1, y)) };
  }
}

/**
 * What a held pointer does on an easel: begins, goes on through every place that the browser tells of, and ends.
 * @param {Easel} easel
 * @param {(event: PointerEvent, begins: boolean) => void} draw
 * @param {(event: PointerEvent) => void} move
 */
export function held({ canvas }, draw, move) {
  let holding = false;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    holding = true;
    canvas.setPointerCapture(event.pointerId);
    draw(event, true);
  });
  canvas.addEventListener('pointermove', (event) => {
    move(event);
    // A fast hand leaves no gaps: the browser tells where it was in between.
    if (holding) for (const point of event.getCoalescedEvents?.() ?? [event]) draw(point, false);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    canvas.addEventListener(type, () => (holding = false));
  }
}
