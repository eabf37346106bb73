// A pad to draw on, pixel by pixel of a model's pictures: with pointer or keys, a brush and an eraser, and every stroke can be undone.

import { ARROWS, fillTrack, find, paint } from '../dom.js';
import { words } from '../words.js';

/** Strokes that can be undone. */
const REMEMBERED = 60;

/** Fires `draw` whenever the picture is another. */
export class Pad extends EventTarget {
  #canvas;
  #easel;
  #ring;
  #radius;
  #ink;
  #eraser;
  #undo;
  #image = new ImageData(1, 1);
  /** What it was before each stroke. @type {ImageData[]} */
  #before = [];
  /** The ground that is drawn on, as the model's pictures have it. */
  #ground = 0;
  /** The pixel that the keyboard stands on. */
  #cursor = { x: 0, y: 0 };
  #said;

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#easel = find('.easel', root);
    this.#canvas = /** @type {HTMLCanvasElement} */ (find('canvas', root));
    this.#ring = find('.ring', root);
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
    this.#cursor = { x: width >> 1, y: height >> 1 };
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
    this.#easel.focus({ preventScroll: true });
  }

  #show() {
    paint(this.#canvas, this.#image);
    this.#undo.disabled = this.#before.length === 0;
    this.#canvas.setAttribute('aria-label', this.empty ? words.own.empty : words.own.drawn);
    this.dispatchEvent(new Event('draw'));
  }

  /**
   * Lets the brush touch a pixel: full in its middle, soft at its edge.
   * @param {number} x
   * @param {number} y
   */
  #touch(x, y) {
    const { data, width, height } = this.#image;
    const radius = this.#radius.valueAsNumber;
    const ink = [1, 3, 5].map((at) => (this.#erasing ? this.#ground : parseInt(this.#ink.value.slice(at, at + 2), 16)));
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const share = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(column - x, row - y)));
        const at = 4 * (row * width + column);
        if (share > 0) ink.forEach((level, channel) => (data[at + channel] += share * (level - data[at + channel])));
      }
    }
    this.#show();
  }

  /** @param {number} x @param {number} y */
  #moveRing(x, y) {
    const { width, height } = this.#image;
    this.#ring.style.left = `${((x + 0.5) / width) * 100}%`;
    this.#ring.style.top = `${((y + 0.5) / height) * 100}%`;
    this.#ring.style.width = `${((2 * this.#radius.valueAsNumber + 1) / width) * 100}%`;
  }

  #listen() {
    const canvas = this.#canvas;
    let drawing = false;
    /** @param {PointerEvent} event */
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const { width, height } = this.#image;
      return /** @type {const} */ ([((event.clientX - box.left) / box.width) * width - 0.5, ((event.clientY - box.top) / box.height) * height - 0.5]);
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      this.#remember();
      this.#touch(...place(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      this.#moveRing(...place(event));
      // A fast hand leaves no gaps: the browser tells where it was in between.
      if (drawing) for (const point of event.getCoalescedEvents?.() ?? [event]) this.#touch(...place(point));
    });
    for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
      canvas.addEventListener(type, () => (drawing = false));
    }
    this.#easel.addEventListener('keydown', (event) => this.#key(event));
    this.#easel.addEventListener('focus', () => this.#easel.matches(':focus-visible') && this.#moveRing(this.#cursor.x, this.#cursor.y));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { width, height } = this.#image;
    const cursor = this.#cursor;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const leap = event.shiftKey ? 4 : 1;
      cursor.x = Math.max(0, Math.min(width - 1, cursor.x + arrow[0] * leap));
      cursor.y = Math.max(0, Math.min(height - 1, cursor.y + arrow[1] * leap));
      this.#moveRing(cursor.x, cursor.y);
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.#remember();
      this.#touch(cursor.x, cursor.y);
    } else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) this.#back();
    else return;
    event.preventDefault();
    const at = 4 * (cursor.y * width + cursor.x);
    this.#said.textContent = words.own.cell(cursor.y + 1, cursor.x + 1, [...this.#image.data.slice(at, at + 3)].join(', '));
  }
}
