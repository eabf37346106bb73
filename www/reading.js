// Reads files that somebody gave the page: fetched when the first one comes.

import { linkIn } from './png.js';
import { late } from './later.js';

/** No picture that people have is larger, in bytes; what is larger is not even read. */
const LARGEST = 64e6;

/**
 * The link that a picture carries, null where it carries none.
 * @param {File} file
 */
export async function linkOf(file) {
  return linkIn(await read(file));
}

/** @param {File} file */
async function read(file) {
  if (file.size > LARGEST) throw new Error(late.given.bytes(file.name, LARGEST / 1e6, Math.round(file.size / 1e6)));
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new Error(late.given.unread(file.name, /** @type {Error} */ (error).message), { cause: error });
  }
}
