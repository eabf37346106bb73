// A latent that is shaped like a picture, as a picture.

/** Coordinates beyond this many standard deviations are as black or white as can be. */
const REACH = 3;

/** Where it is painted over it is tinted, like a restorer's retouching. */
const TINT = [1, 0.78, 0.3];

/**
 * The first channel in grey, or where there are three, these as colours.
 * @param {Float32Array} z
 * @param {{ width: number, height: number }} grid
 * @param {Uint8Array} [mask] what is painted over
 */
export function noiseImage(z, { width, height }, mask) {
  const image = new ImageData(width, height);
  const cells = width * height;
  const channels = z.length >= 3 * cells ? [0, cells, 2 * cells] : [0, 0, 0];
  for (let i = 0; i < cells; i++) {
    const level = (/** @type {number} */ at) => (Math.max(-1, Math.min(1, z[at] / REACH)) + 1) * 127.5;
    image.data.set([...channels.map((start, channel) => level(start + i) * (mask?.[i] ? TINT[channel] : 1)), 255], 4 * i);
  }
  return image;
}
