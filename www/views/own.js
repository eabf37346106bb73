// A visitor's own picture, carried back to the latent that it comes from and from there to a picture again; drawn anew
// from part of the way; and in between.js, between it and another one.

import { dimensionOf } from '../card.js';
import { compared } from '../compared.js';
import { find, html, number, paint, set } from '../dom.js';
import { ACCEPTED, imported, inverted } from '../import.js';
import { late } from '../later.js';
import { usualBits } from '../measured.js';
import { newest } from '../newest.js';
import { samplingOf } from '../request.js';
import { words } from '../words.js';
import { Between } from './between.js';
import { dial } from './dial.js';
import { drawings } from './histogram.js';
import { Pad } from './pad.js';

/** Nothing is computed while the hand still moves. */
const REST = 250;

/** Under this name it is kept for the tab. */
const KEPT = 'pushforward-own';

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, context) {
  const { api, store, functions, given, notices } = context;
  const pad = new Pad(find('.pad', root));
  const [chooser, invert, clear] = ['.choose', '.invert', '.clear'].map((name) => /** @type {HTMLButtonElement} */ (find(name, root)));
  const file = html('input', { type: 'file', accept: ACCEPTED, hidden: true });
  chooser.after(file);
  const [back, anew] = ['.back', '.anew'].map((name) => find(name, root));
  const between = new Between(find('.between', root), context, complain);
  const latentStage = find('.latent .stage', root);
  const strength = dial(find('.anew', root), 0.6);
  /** @type {ReturnType<typeof drawings> | null} */
  let judged = null;
  /** The picture as it was carried last. @type {import('./between.js').Carried | null} */
  let carried = null;
  let controller = new AbortController();
  let timer = 0;

  /** What draws everything here. @returns {import('./between.js').Chart} */
  const chart = () => {
    const asked = { ...samplingOf(store.value), condition: store.condition };
    return { asked, name: JSON.stringify(asked) };
  };
  let map = chart();

  function later() {
    controller.abort();
    clearTimeout(timer);
    offer(null);
    const busy = !pad.empty || between.strayed;
    root.classList.toggle('drawn', !pad.empty);
    invert.disabled = clear.disabled = pad.empty;
    root.setAttribute('aria-busy', String(busy));
    show();
    if (busy) timer = setTimeout(carry, REST);
  }

  async function carry() {
    controller = new AbortController();
    const { signal } = controller;
    try {
      if (!pad.empty) await carryBack(pad.image, signal);
      await between.follow((image) => encoded(image, signal));
      await redraw();
      root.setAttribute('aria-busy', 'false');
      notices.hide('own');
    } catch (error) {
      if (!signal.aborted) notices.show('own', words.error(/** @type {Error} */ (error)));
    }
  }

  /** @param {import('./between.js').Carried | null} picture */
  function offer(picture) {
    carried = picture;
    between.offer(picture);
  }

  /**
   * The picture to its latent, and forth again.
   * @param {ImageData} image
   * @param {AbortSignal} signal
   */
  async function carryBack(image, signal) {
    if (!store.card.invertible) return;
    const made = await encoded(image, signal);
    offer(made);
    show();
    const again = await api.generate({ ...made.map.asked, latent: made.latent, signal });
    paint(/** @type {HTMLCanvasElement} */ (find('canvas', back)), again.image);
    const { mean } = compared(image, again.image);
    find('figcaption', back).textContent = mean < 0.5 ? late.own.same : late.own.beside(number(mean, 1));
    await weigh(image, signal);
  }

  /**
   * The latent of a picture under what is asked now.
   * @param {ImageData} image
   * @param {AbortSignal} signal
   * @returns {Promise<import('./between.js').Carried>}
   */
  async function encoded(image, signal) {
    const under = map;
    const latent = await api.encode({ ...under.asked, image, signal });
    signal.throwIfAborted();
    return { image, latent, map: under };
  }

  /**
   * How likely the picture is, beside those that nobody has learned from.
   * @param {ImageData} image
   * @param {AbortSignal} signal
   */
  async function weigh(image, signal) {
    const usual = usualBits(store.card);
    if (usual === null) return;
    const { model, precision, condition } = map.asked;
    const { bits, exact } = await api.bitsPerDim({ model, precision, image, condition, signal });
    signal.throwIfAborted();
    find('figcaption', back).textContent += late.own.bits(number(bits), number(usual), exact);
  }

  /** The picture begun part of the way, where the family can. */
  async function redraw() {
    if (!store.card.controls.strength || pad.empty) return;
    const { seed } = store.value;
    const { image } = await api.generate({ ...map.asked, seed, image: pad.image, strength: strength.value, signal: controller.signal });
    paint(/** @type {HTMLCanvasElement} */ (find('canvas', anew)), image);
  }

  function show() {
    const { card } = store;
    find('.oneway', root).hidden = Boolean(card.invertible);
    for (const part of [back, find('.between', root), find('.latent', root)]) part.hidden = !card.invertible;
    anew.hidden = !card.controls.strength;
    if (carried && judged) find('.latent figcaption', root).textContent = judged.draw(carried.latent);
  }

  const drawn = newest(redraw);
  strength.input.addEventListener('input', () => drawn().catch(complain));
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
    // What is drawn and kept stays for the next model that sees pictures of the same size.
    const other = JSON.stringify(card.image) !== shape;
    if (other) between.clear();
    for (const canvas of root.querySelectorAll('canvas:not(.easel canvas)')) set(canvas, { width: card.image.width, height: card.image.height });
    if (other) pad.renew(card.image);
    shape = JSON.stringify(card.image);
  });
  // Another condition is another map: the same picture comes from elsewhere.
  function renew() {
    const now = chart();
    if (now.name === map.name) return;
    map = now;
    between.renew(store.card.invertible ? map : null);
    later();
  }
  store.addEventListener('change', renew);
  between.renew(store.card.invertible ? map : null);

  // Whoever reloads the page, or has it in another language, finds the picture again.
  addEventListener('pagehide', () => keep(pad));
  const kept = recall(store.card.image);
  if (kept) pad.take(kept);

  given.goTo(async (file, signal) => {
    try {
      let size, image;
      // Meanwhile a model may have been chosen that sees pictures of another size.
      do image = await imported(file, (size = store.card.image));
      while (size !== store.card.image);
      if (signal.aborted) return;
      pad.take(image);
      notices.hide('given');
      root.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      if (!signal.aborted) notices.show('given', /** @type {Error} */ (error).message);
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
