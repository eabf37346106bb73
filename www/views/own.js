// A visitor's own picture, carried back to the latent that it comes from and from there to a picture again; drawn anew
// from part of the way; and between it and another one, all that lies between them.

import { dimensionOf } from '../card.js';
import { compared } from '../compared.js';
import { fillTrack, find, html, number, paint, set } from '../dom.js';
import { ACCEPTED, imported, inverted } from '../import.js';
import { walkOf } from '../request.js';
import { usualBits } from '../quality.js';
import { words } from '../words.js';
import { drawings } from './histogram.js';
import { Pad } from './pad.js';

/**
 * @typedef {{ image: ImageData, latent: Float32Array }} Carried
 */

/** Nothing is computed while the hand still moves. */
const REST = 250;

/** Under this name it is kept for the tab. */
const KEPT = 'pushforward-own';

/** Where on the way between two pictures a slider stands at first. */
const HALF = 0.5;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountOwn(root, { api, store, functions, given, notices }) {
  const pad = new Pad(find('.pad', root));
  const [chooser, invert, clear] = ['.choose', '.invert', '.clear'].map((name) => /** @type {HTMLButtonElement} */ (find(name, root)));
  const file = html('input', { type: 'file', accept: ACCEPTED, hidden: true });
  chooser.after(file);
  const [back, anew, between] = ['.back', '.anew', '.between'].map((name) => find(name, root));
  const latentStage = find('.latent .stage', root);
  const strength = dial(find('.anew', root), 0.6);
  const t = dial(find('.between', root), HALF);
  /** @type {ReturnType<typeof drawings> | null} */
  let judged = null;
  /** The picture as it was carried last. @type {Carried | null} */
  let carried = null;
  /** The ends between which the way leads. @type {{ A: Carried | null, B: Carried | null }} */
  const ends = { A: null, B: null };
  let controller = new AbortController();
  let timer = 0;

  /** What everything is drawn under. */
  const asked = () => ({ ...walkOf(store.value), condition: store.condition });

  function later() {
    controller.abort();
    clearTimeout(timer);
    carried = null;
    root.classList.toggle('drawn', !pad.empty);
    invert.disabled = clear.disabled = pad.empty;
    root.setAttribute('aria-busy', String(!pad.empty));
    show();
    if (!pad.empty) timer = setTimeout(carry, REST);
  }

  async function carry() {
    controller = new AbortController();
    const { signal } = controller;
    const { image } = pad;
    const options = asked();
    try {
      if (store.card.invertible) {
        const latent = await api.encode({ ...options, image });
        signal.throwIfAborted();
        carried = { image, latent };
        show();
        const again = await api.generate({ ...options, latent, signal });
        paint(/** @type {HTMLCanvasElement} */ (find('canvas', back)), again.image);
        const { mean } = compared(image, again.image);
        find('figcaption', back).textContent = mean < 0.5 ? words.own.same : words.own.beside(number(mean, 1));
        await weigh(image, signal);
      }
      await redraw();
      root.setAttribute('aria-busy', 'false');
      notices.hide('own');
    } catch (error) {
      if (!signal.aborted) notices.show('own', words.error(/** @type {Error} */ (error)));
    }
  }

  /**
   * How likely the picture is, beside those that nobody has learned from.
   * @param {ImageData} image
   * @param {AbortSignal} signal
   */
  async function weigh(image, signal) {
    const usual = usualBits(store.card);
    if (usual === null) return;
    const { model, precision, condition } = asked();
    const { bits, exact } = await api.bitsPerDim({ model, precision, image, condition });
    signal.throwIfAborted();
    find('figcaption', back).textContent += words.own.bits(number(bits), number(usual), exact);
  }

  /** The picture begun part of the way, where the family can. */
  async function redraw() {
    if (!store.card.controls.strength || pad.empty) return;
    const { seed } = store.value;
    const { image } = await api.generate({ ...asked(), seed, image: pad.image, strength: strength.value, signal: controller.signal });
    paint(/** @type {HTMLCanvasElement} */ (find('canvas', anew)), image);
  }

  async function mix() {
    const { A, B } = ends;
    if (!A || !B) return;
    const latent = api.interpolate({ from: A.latent, to: B.latent, t: t.value, mode: store.value.mode });
    const { image } = await api.generate({ ...asked(), latent });
    paint(/** @type {HTMLCanvasElement} */ (find('.stage canvas', between)), image);
  }

  function show() {
    const { card } = store;
    find('.oneway', root).hidden = Boolean(card.invertible);
    for (const part of [back, between, find('.latent', root)]) part.hidden = !card.invertible;
    anew.hidden = !card.controls.strength;
    for (const letter of /** @type {const} */ (['A', 'B'])) {
      /** @type {HTMLButtonElement} */ (find(`.${letter.toLowerCase()}`, between)).disabled = !carried;
      const end = ends[letter];
      const canvas = /** @type {HTMLCanvasElement} */ (find(`.end${letter} canvas`, between));
      if (end) paint(canvas, end.image);
      else canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    }
    t.input.disabled = !(ends.A && ends.B);
    if (carried && judged) find('.latent figcaption', root).textContent = judged.draw(carried.latent);
  }

  for (const [{ input }, drawn] of /** @type {const} */ ([[strength, newest(redraw)], [t, newest(mix)]])) {
    input.addEventListener('input', () => drawn().catch(complain));
  }
  for (const letter of /** @type {const} */ (['A', 'B'])) {
    find(`.${letter.toLowerCase()}`, between).addEventListener('click', () => {
      ends[letter] = carried;
      show();
      mix().catch(complain);
    });
  }
  /** @param {Error} error */
  function complain(error) {
    if (error.name !== 'AbortError') notices.show('own', words.error(error));
  }

  pad.addEventListener('draw', later);
  invert.addEventListener('click', () => pad.take(inverted(pad.image)));
  clear.addEventListener('click', () => pad.renew(store.card.image));
  chooser.addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    given.take([...(file.files ?? [])]);
    file.value = '';
  });
  let shape = '';
  store.watchModel((card) => {
    judged = drawings(functions, dimensionOf(card));
    latentStage.replaceChildren(...judged.elements);
    Object.assign(ends, { A: null, B: null });
    for (const canvas of root.querySelectorAll('canvas:not(.easel canvas)')) set(canvas, { width: card.image.width, height: card.image.height });
    // What is drawn stays for the next model that sees pictures of the same size.
    if (JSON.stringify(card.image) !== shape) pad.renew(card.image);
    shape = JSON.stringify(card.image);
  });
  // Another condition or way is another map: the same picture comes from elsewhere.
  let way = '';
  store.watch(() => {
    const now = JSON.stringify([asked(), store.value.mode]);
    if (now !== way) later();
    way = now;
  });

  // Whoever reloads the page, or has it in another language, finds the picture again.
  addEventListener('pagehide', () => keep(pad));
  const kept = recall(store.card.image);
  if (kept) pad.take(kept);

  given.goTo(async (file) => {
    try {
      pad.take(await imported(file, store.card.image));
      notices.hide('given');
      root.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      notices.show('given', /** @type {Error} */ (error).message);
    }
  });
}

/** @param {Pad} pad */
function keep(pad) {
  try {
    if (pad.empty) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, JSON.stringify({ width: pad.image.width, data: [...pad.image.data] }));
  } catch {
    // Without storage it is gone, as everywhere.
  }
}

/**
 * The picture that was kept, if it is of this size.
 * @param {{ width: number, height: number }} size
 */
function recall({ width, height }) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
    return kept?.width === width && kept.data.length === 4 * width * height ? new ImageData(Uint8ClampedArray.from(kept.data), width, height) : null;
  } catch {
    return null;
  }
}

/**
 * Of the calls that come while one is at work only the newest counts.
 * @param {() => Promise<void>} work
 */
function newest(work) {
  let [working, another] = [false, false];
  return async () => {
    another = true;
    if (working) return;
    working = true;
    try {
      while (another) {
        another = false;
        await work();
      }
    } finally {
      working = false;
    }
  };
}

/**
 * A slider from 0 to 1 with its number beside it.
 * @param {HTMLElement} root
 * @param {number} start
 */
function dial(root, start) {
  const input = /** @type {HTMLInputElement} */ (find('input[type=range]', root));
  const output = find('output', root);
  input.value = String(start);
  const show = () => {
    fillTrack(input);
    output.textContent = number(input.valueAsNumber);
  };
  input.addEventListener('input', show);
  show();
  return {
    input,
    get value() {
      return input.valueAsNumber;
    },
  };
}
