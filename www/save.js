// Pictures as PNG files that carry their link, and any file to where downloads go.

import { withLink } from './png.js';

/** Between two pictures, in pixels of the file. */
const GAP = 8;

/**
 * Saves pictures side by side.
 * @param {ImageData[]} images
 * @param {number} pixel how large a pixel is in the file
 * @param {string} file
 * @param {string} link
 */
export async function saveImages(images, pixel, file, link) {
  const [{ width, height }] = images;
  const canvas = new OffscreenCanvas(images.length * (pixel * width + GAP) - GAP, pixel * height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.imageSmoothingEnabled = false;
  for (const [i, image] of images.entries()) {
    context.drawImage(await createImageBitmap(image), i * (pixel * width + GAP), 0, pixel * width, pixel * height);
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  save(withLink(bytes, link), file);
}

/**
 * @param {Blob} blob
 * @param {string} file
 */
export function save(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  // A browser that is still asking where to put it has its own hold on it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
