// The latent of a model that starts from a picture of noise: shown as it is, and painted over with other noise.

import { dimensionOf, gridOf } from '../card.js';
import { fillTrack, find, number, set } from '../dom.js';

/** Coordinates beyond this many standard deviations are as black or white as can be. */
const REACH = 3;
/** Where the picture is painted over it is tinted, like a restorer's retouching. @type {[number, number, number]} */
const TINT = [1, 0.78, 0.3];
const DICE = 100_000;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountNoise(root, { store, functions }) {
  const easel = find('.easel', root);
  const canvas = /** @type {HTMLCanvasElement} */ (find('canvas', root));
  const ring = find('.ring', root);
  const said = find('.said', root);
  const radius = /** @type {HTMLInputElement} */ (find('input', root));
  const [renew, undo] = [...root.querySelectorAll('button')];
  let grid = { width: 1, height: 1 };
  /** The cell that the keyboard stands on. */
  const cursor = { x: 0, y: 0 };

  /** @param {number} x @param {number} y */
  function stamp(x, y) {
    const mask = functions.unpackMask(store.value.mask, dimensionOf(store.card));
    const cells = grid.width * grid.height;
    // All channels of a cell are painted together.
    for (let i = 0; i < mask.length; i++) {
      const cell = i % cells;
      const [column, row] = [cell % grid.width, Math.floor(cell / grid.width)];
      if (Math.hypot(column - x, row - y) < radius.valueAsNumber) mask[i] = 1;
    }
    store.update({ mask: functions.packMask(mask) });
  }

  /** @param {number} x @param {number} y */
  function moveRing(x, y) {
    ring.style.left = `${((x + 0.5) / grid.width) * 100}%`;
    ring.style.top = `${((y + 0.5) / grid.height) * 100}%`;
    ring.style.width = `${((2 * radius.valueAsNumber) / grid.width) * 100}%`;
  }

  function describe() {
    const { x, y } = cursor;
    const i = y * grid.width + x;
    const painted = functions.unpackMask(store.value.mask, dimensionOf(store.card))[i];
    said.textContent = `Row ${y + 1}, column ${x + 1}: ${number(functions.stateLatent(store.value)[i])}${painted ? ', painted over' : ''}.`;
  }

  /** @param {PointerEvent} event */
  function cellOf(event) {
    const box = canvas.getBoundingClientRect();
    return {
      x: Math.floor(((event.clientX - box.left) / box.width) * grid.width),
      y: Math.floor(((event.clientY - box.top) / box.height) * grid.height),
    };
  }

  let painting = false;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    painting = true;
    canvas.setPointerCapture(event.pointerId);
    const { x, y } = cellOf(event);
    stamp(x, y);
  });
  canvas.addEventListener('pointermove', (event) => {
    const { x, y } = cellOf(event);
    moveRing(x, y);
    if (painting) stamp(x, y);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    canvas.addEventListener(type, () => (painting = false));
  }
  easel.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const leap = event.shiftKey ? 4 : 1;
      cursor.x = Math.max(0, Math.min(grid.width - 1, cursor.x + arrow[0] * leap));
      cursor.y = Math.max(0, Math.min(grid.height - 1, cursor.y + arrow[1] * leap));
      moveRing(cursor.x, cursor.y);
    } else if (event.key === ' ' || event.key === 'Enter') stamp(cursor.x, cursor.y);
    else return;
    describe();
    event.preventDefault();
  });
  easel.addEventListener('focus', () => easel.matches(':focus-visible') && moveRing(cursor.x, cursor.y));
  radius.addEventListener('input', () => fillTrack(radius));
  renew.addEventListener('click', () => store.update({ brush: crypto.getRandomValues(new Uint32Array(1))[0] % DICE }));
  undo.addEventListener('click', () => {
    store.update({ mask: '' });
    easel.focus({ preventScroll: true });
  });

  store.watchModel((card) => {
    const shape = gridOf(card);
    root.hidden = shape === null;
    if (!shape) return;
    grid = shape;
    set(canvas, { width: grid.width, height: grid.height });
    Object.assign(cursor, { x: Math.floor(grid.width / 2), y: Math.floor(grid.height / 2) });
    const most = Math.max(1, Math.round(grid.width / 4));
    set(radius, { min: 1, max: most });
    radius.valueAsNumber = Math.max(1, Math.round(grid.width / 9));
    fillTrack(radius);
    moveRing(cursor.x, cursor.y);
    return () => {
      const mask = functions.unpackMask(store.value.mask, dimensionOf(card));
      paintNoise(canvas, functions.stateLatent(store.value), mask);
      const painted = mask.filter(Boolean).length;
      renew.disabled = undo.disabled = painted === 0;
      canvas.setAttribute('aria-label', `A picture of noise, ${painted ? `${painted} of its ${mask.length} coordinates painted over` : 'not painted over'}`);
    };
  });
}

/**
 * The first channel in grey, or where there are three, these as colours.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} z
 * @param {Uint8Array} mask
 */
function paintNoise(canvas, z, mask) {
  const image = new ImageData(canvas.width, canvas.height);
  const cells = canvas.width * canvas.height;
  const channels = z.length >= 3 * cells ? [0, cells, 2 * cells] : [0, 0, 0];
  for (let i = 0; i < cells; i++) {
    const tint = mask[i] ? TINT : [1, 1, 1];
    const level = (/** @type {number} */ at) => (Math.max(-1, Math.min(1, z[at] / REACH)) + 1) * 127.5;
    image.data.set([...channels.map((start, channel) => level(start + i) * tint[channel]), 255], 4 * i);
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
