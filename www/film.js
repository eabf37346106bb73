// A film of the way from A to B and back, recorded by the browser's own encoder.

import { deferred } from './deferred.js';
import { words } from './words.js';

/** What browsers write, the best first. */
const TYPES = ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/mp4'];

/** Pictures from one end to the other. */
const PICTURES = 49;

/** Pictures a second, and how large a pixel of them is. */
const RATE = 24;
const PIXEL = 16;

/** How much of the work is drawing; the rest is recording, which takes as long as the film. */
const DRAWING = 0.7;

/** What this browser can record; null if nothing. */
function filmType() {
  return globalThis.MediaRecorder ? (TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null) : null;
}

/**
 * Draws the pictures first and records them then, so that a slow device makes no slower film.
 * @param {{ width: number, height: number }} size
 * @param {(t: number) => Promise<ImageData>} draw the picture at t from 0 to 1
 * @param {(done: number) => void} report how much is done, from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<{ blob: Blob, extension: string }>}
 */
export async function film({ width, height }, draw, report, signal) {
  const type = filmType();
  if (!type) throw new Error(words.take.noRecorder);
  /** @type {ImageBitmap[]} */
  const pictures = [];
  for (let i = 0; i < PICTURES; i++) {
    pictures.push(await createImageBitmap(await draw(i / (PICTURES - 1))));
    report((DRAWING * (i + 1)) / PICTURES);
  }
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: PIXEL * width, height: PIXEL * height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.imageSmoothingEnabled = false;
  const stream = canvas.captureStream(0);
  const [track] = /** @type {CanvasCaptureMediaStreamTrack[]} */ (stream.getVideoTracks());
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: 4e6 });
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise((resolve, reject) => {
    recorder.addEventListener('stop', resolve);
    recorder.addEventListener('error', () => reject(new Error(words.take.broke)));
  });
  recorder.start();
  try {
    const there = [...pictures, ...pictures.slice(1, -1).reverse()];
    for (const [i, picture] of there.entries()) {
      signal.throwIfAborted();
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      track.requestFrame();
      await pause(1000 / RATE);
      report(DRAWING + ((1 - DRAWING) * (i + 1)) / there.length);
    }
  } finally {
    recorder.stop();
    track.stop();
  }
  await stopped;
  return { blob: new Blob(parts, { type }), extension: type.startsWith('video/mp4') ? 'mp4' : 'webm' };
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  const { promise, resolve } = deferred();
  setTimeout(resolve, milliseconds);
  return promise;
}
