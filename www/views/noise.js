// The latent of a model that starts from a picture of noise: shown as it is, and painted over with other noise.

import { dimensionOf, gridOf } from '../card.js';
import { fillTrack, find, number, paint, set } from '../dom.js';
import { distance, Easel, held } from '../easel.js';
import { noiseImage } from '../noise.js';
import { late } from '../later.js';

const DICE = 100_000;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, functions }) {
  const easel = new Easel(root);
  const { canvas } = easel;
  const said = find('.said', root);
  const radius = /** @type {HTMLInputElement} */ (find('input', root));
  const [renew, undo] = [...root.querySelectorAll('button')];

  /**
   * Paints over what lies along a line.
   * @param {import('../easel.js').Place} from
   * @param {import('../easel.js').Place} [to]
   */
  function stamp(from, to = from) {
    const { width, height } = easel.size;
    const mask = functions.unpackMask(store.value.mask, dimensionOf(store.card));
    const cells = width * height;
    // All channels of a cell are painted together.
    for (let i = 0; i < mask.length; i++) {
      const cell = i % cells;
      if (distance({ x: cell % width, y: Math.floor(cell / width) }, from, to) < radius.valueAsNumber) mask[i] = 1;
    }
    store.update({ mask: functions.packMask(mask) });
  }

  /** @param {{ x: number, y: number }} place */
  const encircle = (place) => easel.encircle(place, 2 * radius.valueAsNumber);

  function describe() {
    const { x, y } = easel.cursor;
    const i = y * easel.size.width + x;
    const painted = functions.unpackMask(store.value.mask, dimensionOf(store.card))[i];
    said.textContent = late.noise.cell(y + 1, x + 1, number(store.latent[i]), Boolean(painted));
  }

  held(easel, (event) => easel.cell(event), stamp, encircle);
  easel.element.addEventListener('keydown', (event) => {
    if (easel.step(event)) encircle(easel.cursor);
    else if (event.key === ' ' || event.key === 'Enter') stamp(easel.cursor);
    else return;
    describe();
    event.preventDefault();
  });
  easel.element.addEventListener('focus', () => easel.element.matches(':focus-visible') && encircle(easel.cursor));
  radius.addEventListener('input', () => fillTrack(radius));
  renew.addEventListener('click', () => store.update({ brush: crypto.getRandomValues(new Uint32Array(1))[0] % DICE }));
  undo.addEventListener('click', () => {
    store.update({ mask: '' });
    easel.element.focus({ preventScroll: true });
  });

  store.watchModel((card) => {
    const shape = gridOf(card);
    if (!shape) return;
    easel.renew(shape);
    const most = Math.max(1, Math.round(shape.width / 4));
    set(radius, { min: 1, max: most });
    radius.valueAsNumber = Math.max(1, Math.round(shape.width / 9));
    fillTrack(radius);
    encircle(easel.cursor);
    return () => {
      const mask = functions.unpackMask(store.value.mask, dimensionOf(card));
      paint(canvas, noiseImage(store.latent, shape, mask));
      const painted = mask.filter(Boolean).length;
      renew.disabled = undo.disabled = painted === 0;
      canvas.setAttribute('aria-label', late.noise.canvas(painted, mask.length));
    };
  });
}
