// To take along: the picture and the strip as PNG files that carry their link, and the way from A to B as a film.

import { find } from '../dom.js';
import { requestOf } from '../request.js';
import { STRIP } from '../rows.js';
import { words } from '../words.js';

/** How large a pixel is in a file. */
const PIXEL = 16;
const STRIP_PIXEL = 8;
/** Between two pictures of the strip, in pixels of the file. */
const GAP = 8;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountTake(root, { api, store, painter, functions, notices }) {
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (find(`.${name}`, root));
  const [one, row, way, stop] = ['one', 'row', 'way', 'stop'].map(button);
  const progress = /** @type {HTMLProgressElement} */ (find('progress', root));
  /** The picture, and the link that draws it. @type {{ image: ImageData, link: string } | null} */
  let picture = null;
  /** @type {(ImageData | null)[]} */
  let strip = STRIP.map(() => null);
  let controller = new AbortController();
  let filming = false;

  painter.addEventListener('picture', (event) => {
    const { image, final } = /** @type {CustomEvent<import('../painter.js').Shown>} */ (event).detail;
    if (final) picture = { image, link: store.link };
    show();
  });
  painter.addEventListener('stale', (event) => {
    if (/** @type {CustomEvent} */ (event).detail === 'strip') strip = STRIP.map(() => null);
    show();
  });
  painter.addEventListener('strip', (event) => {
    const { index, image } = /** @type {CustomEvent} */ (event).detail;
    strip[index] = image;
    show();
  });
  // What is saved is what its link draws: a film of another state is no film of this one.
  store.addEventListener('change', () => {
    controller.abort();
    show();
  });
  way.hidden = !globalThis.MediaRecorder;

  function show() {
    one.disabled = picture?.link !== store.link;
    row.disabled = strip.includes(null);
    way.disabled = filming;
    stop.hidden = progress.hidden = !filming;
  }
  show();

  /** @param {string} what */
  const name = (what) => `pushforward-${store.value.model}-${store.value.seed}${what}`;

  /** @param {Error} error */
  const missing = ({ message }) => notices.show('take', words.partMissing(message));
  one.addEventListener('click', () => picture && saveRow([picture.image], PIXEL, name('.png')).catch(missing));
  row.addEventListener('click', () => saveRow(/** @type {ImageData[]} */ (strip), STRIP_PIXEL, name(`-to-${store.value.to}.png`)).catch(missing));

  /**
   * @param {ImageData[]} images
   * @param {number} pixel
   * @param {string} file
   */
  async function saveRow(images, pixel, file) {
    const link = api.link(store.value);
    const [{ width, height }] = images;
    const canvas = new OffscreenCanvas(images.length * (pixel * width + GAP) - GAP, pixel * height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.imageSmoothingEnabled = false;
    for (const [i, image] of images.entries()) {
      context.drawImage(await createImageBitmap(image), i * (pixel * width + GAP), 0, pixel * width, pixel * height);
    }
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    const { withLink } = await import('../png.js');
    save(withLink(bytes, link), file);
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
      const at = (/** @type {number} */ t) => api.generate({ ...requestOf(functions.canonical({ ...value, t, at: null }), functions), signal });
      const { film } = await import('../film.js');
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

/**
 * @param {Blob} blob
 * @param {string} file
 */
function save(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  // A browser that is still asking where to put it has its own hold on it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
