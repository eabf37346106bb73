// A pad to draw on, pixel by pixel of a model's pictures: with pointer or keys, a brush and an eraser, and every stroke can be undone.

import { fillTrack, find, paint } from '../dom.js';
import { distance, Easel, held } from '../easel.js';
import { late } from '../later.js';

/** Strokes that can be undone. */
const REMEMBERED = 60;

/** Fires `draw` whenever the picture is another. */
export class Pad extends EventTarget {
  #easel;
  #radius;
  #ink;
  #eraser;
  #undo;
  #image = new ImageData(1, 1);
  /** What it was before each stroke. @type {ImageData[]} */
  #before = [];
  /** The ground that is drawn on, as the model's pictures have it. */
  #ground = 0;
  #said;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#easel = new Easel(root);
    this.#said = find('.said', root);
    this.#radius = /** @type {HTMLInputElement} */ (find('input[type=range]', root));
    this.#ink = /** @type {HTMLInputElement} */ (find('input[type=color]', root));
    this.#eraser = find('.eraser', root);
    this.#undo = /** @type {HTMLButtonElement} */ (find('.undo', root));
    fillTrack(this.#radius);
    this.#radius.addEventListener('input', () => fillTrack(this.#radius));
    this.#eraser.addEventListener('click', () => this.#eraser.setAttribute('aria-pressed', String(!this.#erasing)));
    this.#undo.addEventListener('click', () => this.#back());
    this.#listen();
  }

  /** Whether nothing is drawn. */
  get empty() {
    return this.#image.data.every((value, i) => i % 4 === 3 || value === this.#ground);
  }

  get image() {
    return this.#image;
  }

  get #erasing() {
    return this.#eraser.getAttribute('aria-pressed') === 'true';
  }

  /**
   * An empty pad for a model's pictures.
   * @param {import('../../pkg/index.d.ts').Card['image']} size
   */
  renew({ width, height, channels }) {
    this.#ground = channels > 1 ? 255 : 0;
    const ink = /** @type {HTMLElement} */ (this.#ink.parentElement);
    ink.hidden = channels === 1;
    this.#ink.value = channels > 1 ? '#d92b1c' : '#ffffff';
    this.#image = new ImageData(new Uint8ClampedArray(4 * width * height).map((_, i) => (i % 4 === 3 ? 255 : this.#ground)), width, height);
    this.#before = [];
    this.#easel.renew({ width, height });
    this.#show();
  }

  /**
   * Takes a picture of the pad's size; the one before can be had back.
   * @param {ImageData} image
   */
  take(image) {
    this.#remember();
    this.#image = image;
    this.#show();
  }

  #remember() {
    this.#before = [...this.#before, this.#image].slice(-REMEMBERED);
    this.#image = new ImageData(this.#image.data.slice(), this.#image.width, this.#image.height);
  }

  #back() {
    const before = this.#before.pop();
    if (!before) return;
    this.#image = before;
    this.#show();
    this.#easel.element.focus({ preventScroll: true });
  }

  #show() {
    paint(this.#easel.canvas, this.#image);
    this.#undo.disabled = this.#before.length === 0;
    this.#easel.canvas.setAttribute('aria-label', this.empty ? late.own.empty : late.own.drawn);
    this.dispatchEvent(new Event('draw'));
  }

  /**
   * Leads the brush along a line: full in its middle, soft at its edge.
   * @param {import('../easel.js').Place} from
   * @param {import('../easel.js').Place} to
   */
  #touch(from, to) {
    const { data, width, height } = this.#image;
    const radius = this.#radius.valueAsNumber;
    const ink = [1, 3, 5].map((at) => (this.#erasing ? this.#ground : parseInt(this.#ink.value.slice(at, at + 2), 16)));
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const share = Math.max(0, Math.min(1, radius + 0.5 - distance({ x: column, y: row }, from, to)));
        const at = 4 * (row * width + column);
        if (share > 0) ink.forEach((level, channel) => (data[at + channel] += share * (level - data[at + channel])));
      }
    }
    this.#show();
  }

  /** @param {{ x: number, y: number }} place */
  #encircle(place) {
    this.#easel.encircle(place, 2 * this.#radius.valueAsNumber + 1);
  }

  #listen() {
    const easel = this.#easel;
    /** @type {Parameters<typeof held>[2]} */
    const draw = (from, to, begins) => {
      if (begins) this.#remember();
      this.#touch(from, to);
    };
    held(easel, (event) => easel.place(event), draw, (place) => this.#encircle(place));
    easel.element.addEventListener('keydown', (event) => this.#key(event));
    easel.element.addEventListener('focus', () => easel.element.matches(':focus-visible') && this.#encircle(easel.cursor));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#easel.step(event)) this.#encircle(this.#easel.cursor);
    else if (event.key === ' ' || event.key === 'Enter') {
      this.#remember();
      this.#touch(this.#easel.cursor, this.#easel.cursor);
    } else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) this.#back();
    else return;
    event.preventDefault();
    const { x, y } = this.#easel.cursor;
    const at = 4 * (y * this.#image.width + x);
    this.#said.textContent = late.own.cell(y + 1, x + 1, [...this.#image.data.slice(at, at + 3)].join(', '));
  }
}
