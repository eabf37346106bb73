// A visitor's picture as a model sees pictures: of its size, centred, and where it draws in grey, bright on black.

import { deferred } from './deferred.js';
import { late } from './later.js';

/** What is taken, by the names that people know. @type {Record<string, string>} */
const KINDS = { 'image/png': 'PNG', 'image/jpeg': 'JPEG', 'image/webp': 'WebP', 'image/gif': 'GIF', 'image/avif': 'AVIF', 'image/bmp': 'BMP' };

/** What a file chooser offers. */
export const ACCEPTED = Object.keys(KINDS).join();

/** More pixels than any camera takes would only fill the memory. */
const MOST = 120e6;

/**
 * @param {File} file
 * @param {import('../pkg/index.d.ts').Card['image']} size
 * @returns {Promise<ImageData>}
 */
export async function imported(file, { width, height, channels }) {
  if (!(file.type in KINDS)) {
    throw new Error(late.given.kind(file.name, Object.values(KINDS).join(', '), file.type));
  }
  const url = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = url;
    await arrival(picture, file);
    const { naturalWidth, naturalHeight } = picture;
    if (naturalWidth * naturalHeight > MOST) {
      throw new Error(late.given.pixels(file.name, MOST / 1e6, `${naturalWidth} × ${naturalHeight}`));
    }
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    const scale = Math.min(width / naturalWidth, height / naturalHeight);
    const [wide, high] = [Math.max(1, Math.round(scale * naturalWidth)), Math.max(1, Math.round(scale * naturalHeight))];
    const [left, top] = [Math.floor((width - wide) / 2), Math.floor((height - high) / 2)];
    context.imageSmoothingQuality = 'high';
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, left, top, wide, high);
    if (channels > 1) return context.getImageData(0, 0, width, height);
    const level = ground(context.getImageData(left, top, wide, high));
    const grey = (/** @type {number} */ share) => `rgb(${share} ${share} ${share})`;
    // What lies beside a picture that is no square is as its edge is.
    context.fillStyle = grey(level);
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'white';
    context.fillRect(left, top, wide, high);
    context.drawImage(picture, left, top, wide, high);
    const image = greyed(context.getImageData(0, 0, width, height));
    return level > 127 ? inverted(image) : image;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {HTMLImageElement} picture
 * @param {File} file
 */
function arrival(picture, file) {
  const { promise, resolve, reject } = deferred();
  picture.onload = resolve;
  picture.onerror = () => reject(new Error(late.given.broken(file.name, KINDS[file.type])));
  return promise;
}

/** @param {Uint8ClampedArray} data @param {number} at */
function luma(data, at) {
  // ITU-R BT.601, as the engine has it.
  return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
}

/**
 * The mean level along the edge.
 * @param {ImageData} image
 */
function ground({ data, width, height }) {
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
      sum += luma(data, 4 * (y * width + x));
      count++;
    }
  }
  return Math.round(sum / count);
}

/** @param {ImageData} image */
function greyed({ data, width, height }) {
  return new ImageData(Uint8ClampedArray.from(data, (value, i) => (i % 4 === 3 ? value : Math.round(luma(data, i - (i % 4))))), width, height);
}

/**
 * Bright for dark.
 * @param {ImageData} image
 */
export function inverted({ data, width, height }) {
  return new ImageData(Uint8ClampedArray.from(data, (value, i) => (i % 4 === 3 ? value : 255 - value)), width, height);
}
