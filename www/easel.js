// A picture that one works on cell by cell: where the pointer is on it, where the keyboard stands, and the ring that shows it.

import { ARROWS, find } from './dom.js';
import { drag } from './drag.js';

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
 * What a held pointer does on an easel: it draws from place to place, through every one that the browser tells of, so that
 * a fast hand leaves no gaps.
 * @typedef {{ x: number, y: number }} Place in cells
 * @param {Easel} easel
 * @param {(event: PointerEvent) => Place} where
 * @param {(from: Place, to: Place, begins: boolean) => void} draw
 * @param {(place: Place) => void} show tells where the pointer is
 */
export function held({ canvas }, where, draw, show) {
  /** @type {Place} */
  let last;
  /** @param {PointerEvent} event */
  const begin = (event) => {
    last = where(event);
    draw(last, last, true);
    return true;
  };
  drag(canvas, begin, (event) => {
    const between = event.getCoalescedEvents?.() ?? [];
    for (const point of between.length > 0 ? between : [event]) {
      const place = where(point);
      draw(last, place, false);
      last = place;
    }
    show(last);
  });
  // A finger is nowhere before it touches.
  canvas.addEventListener('pointermove', (event) => event.pointerType !== 'touch' && show(where(event)));
}

/**
 * How far a cell is from the line between two places.
 * @param {Place} cell
 * @param {Place} from
 * @param {Place} to
 */
export function distance({ x, y }, from, to) {
  const [across, down] = [to.x - from.x, to.y - from.y];
  const along = ((x - from.x) * across + (y - from.y) * down) / (across ** 2 + down ** 2 || 1);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - from.x - t * across, y - from.y - t * down);
}
