// The latent of a model that starts from a picture of noise: shown as it is, and painted over with other noise.

import { dimensionOf, gridOf } from '../card.js';
import { ARROWS, fillTrack, find, number, paint, set } from '../dom.js';
import { noiseImage } from '../noise.js';
import { words } from '../words.js';

const DICE = 100_000;

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
    said.textContent = words.noise.cell(y + 1, x + 1, number(functions.stateLatent(store.value)[i]), Boolean(painted));
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
      paint(canvas, noiseImage(functions.stateLatent(store.value), shape, mask));
      const painted = mask.filter(Boolean).length;
      renew.disabled = undo.disabled = painted === 0;
      canvas.setAttribute('aria-label', words.noise.canvas(painted, mask.length));
    };
  });
}
