// Text inside PNG files: a picture carries the link that draws it (PNG specification, third edition, section 11.3.3).

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The keyword under which a picture carries its link. */
const KEYWORD = 'pushforward';

/** No link is longer; what is longer is none. */
const LONGEST = 8192;

/** The remainders of one byte under the polynomial of the specification's annex D. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** @param {Uint8Array} bytes */
function crc(bytes) {
  return ~bytes.reduce((c, byte) => REMAINDERS[(c ^ byte) & 0xff] ^ (c >>> 8), 0xffffffff) >>> 0;
}

/**
 * The chunks of a PNG file; none of what is no PNG, and no more than are whole.
 * @param {Uint8Array} file
 */
function* chunksOf(file) {
  if (!SIGNATURE.every((byte, i) => file[i] === byte)) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > file.length) return;
    yield { at, type: String.fromCharCode(...file.subarray(at + 4, at + 8)), data: file.subarray(at + 8, end), sum: view.getUint32(end), named: file.subarray(at + 4, end) };
    at = end + 4;
  }
}

/**
 * The same PNG file with a link inside, before its pixels: links are ASCII, so Latin-1 holds them.
 * @param {Uint8Array} file
 * @param {string} link
 */
export function withLink(file, link) {
  const pixels = [...chunksOf(file)].find(({ type }) => type === 'IDAT');
  if (!pixels) throw new TypeError('expected a PNG file to put a link into');
  const named = new TextEncoder().encode(`tEXt${KEYWORD}\0${link}`);
  const chunk = new Uint8Array(named.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, named.length - 4);
  chunk.set(named, 4);
  view.setUint32(named.length + 4, crc(named));
  return new Blob([file.slice(0, pixels.at), chunk, file.slice(pixels.at)], { type: 'image/png' });
}

/**
 * The link inside a PNG file; null where there is none, or a damaged one.
 * @param {Uint8Array} file
 */
export function linkIn(file) {
  const start = new TextEncoder().encode(`${KEYWORD}\0`);
  for (const { type, data, sum, named } of chunksOf(file)) {
    if (type !== 'tEXt' || data.length > start.length + LONGEST || !start.every((byte, i) => data[i] === byte)) continue;
    if (crc(named) === sum) return new TextDecoder('latin1').decode(data.subarray(start.length));
  }
  return null;
}
