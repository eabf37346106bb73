// To take along: the picture and the strip as PNG files that carry their link, and the way from A to B as a film.

import { find } from '../dom.js';
import { requestOf } from '../request.js';
import { words } from '../words.js';

/** How large a pixel is in a file. */
const PIXEL = 16;
const STRIP_PIXEL = 8;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { api, store, painter, functions, notices }) {
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (find(`.${name}`, root));
  const [one, row, way, stop] = ['one', 'row', 'way', 'stop'].map(button);
  const progress = /** @type {HTMLProgressElement} */ (find('progress', root));
  let controller = new AbortController();
  let filming = false;

  for (const type of ['picture', 'stale', 'strip']) painter.addEventListener(type, () => show());
  // What is saved is what its link draws: a film of another state is no film of this one.
  store.addEventListener('change', () => {
    controller.abort();
    show();
  });
  way.hidden = !globalThis.MediaRecorder;

  function show() {
    one.disabled = !painter.shown;
    row.disabled = !painter.whole('strip');
    way.disabled = filming;
    stop.hidden = progress.hidden = !filming;
  }
  show();

  /** @param {string} what */
  const name = (what) => `pushforward-${store.value.model}-${store.value.seed}${what}`;

  /** @param {Error} error */
  const missing = ({ message }) => notices.show('take', words.partMissing(message));
  one.addEventListener('click', () => saveRow(painter.shown && [painter.shown.image], PIXEL, name('.png')).catch(missing));
  row.addEventListener('click', () => saveRow(painter.whole('strip'), STRIP_PIXEL, name(`-to-${store.value.to}.png`)).catch(missing));

  /**
   * @param {ImageData[] | null} images if they are here
   * @param {number} pixel
   * @param {string} file
   */
  async function saveRow(images, pixel, file) {
    if (!images) return;
    const link = api.link(store.value);
    const { saveImages } = await import('../save.js');
    await saveImages(images, pixel, file, link);
  }

  way.addEventListener('click', async () => {
    controller = new AbortController();
    const { signal } = controller;
    const { value, card } = store;
    const file = name(`-to-${value.to}`);
    filming = true;
    progress.value = 0;
    show();
    try {
      const at = (/** @type {number} */ t) => api.generate({ ...requestOf(functions.canonical({ ...value, t, at: null }), functions), signal, priority: 'low' });
      const [{ film }, { save }] = await Promise.all([import('../film.js'), import('../save.js')]);
      const made = await film(card.image, async (t) => (await at(t)).image, (done) => (progress.value = done), signal);
      save(made.blob, `${file}.${made.extension}`);
      notices.hide('take');
    } catch (error) {
      if (!signal.aborted) notices.show('take', words.take.failed(words.error(/** @type {Error} */ (error))));
    } finally {
      filming = false;
      show();
    }
  });
  stop.addEventListener('click', () => controller.abort());
}
