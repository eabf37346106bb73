// Where the engine's files lie: beside these modules, or in a copy of the package at an address that somebody gives. Bundlers
// find the files by reading this, so every address is written out.

import { startAbroad } from './abroad.js';

/** @import { Sources } from '../types/page.d.ts' */

/** By another name, so that a bundler does not make a file of what is told by it. */
export const HERE = import.meta.url;

/** The checksums of the modules that this page belongs to, for `integrity`; `cargo xtask` writes them here. */
export const WASM = '';
export const PLANS = '';
export const WEBGPU = '';

/** Each model's weights, their length and their checksum. @returns {Record<string, [URL, number, string]>} */
const weights = () => ({
  // `cargo xtask` writes one line a model here.
});

/**
 * The address of a folder as the functions below take it: with a slash at the end, or empty for none.
 * @param {string | URL} base
 */
export function folderAt(base) {
  return base && new URL(String(base).replace(/\/?$/, '/'), document.baseURI).href;
}

/**
 * Asks for the first module. Of a copy somewhere else nobody knows which version it is, so it is checked.
 * @param {string} base
 */
export async function fetchEngine(base) {
  if (base) return fetch(new URL('pushforward_bg.wasm', base), { integrity: WASM });
  return fetch(new URL('../pushforward_bg.wasm', import.meta.url));
}

/** Starts a compute worker. @param {string} base */
export function startWorker(base) {
  if (base) return startAbroad(new URL('www/worker.js', base), { type: 'module', name: 'pushforward' });
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'pushforward' });
  } catch {
    return startAbroad(new URL('worker.js', HERE), { type: 'module', name: 'pushforward' });
  }
}

/**
 * All weights, by their models.
 * @param {string} base
 * @returns {Sources}
 */
export function sourcesAt(base) {
  const at = (/** @type {string} */ id, /** @type {URL} */ url) => (base ? new URL(`models/${id}/weights.bpk`, base) : url).href;
  return Object.fromEntries(Object.entries(weights()).map(([id, [url, bytes, sha256]]) => [id, { url: at(id, url), bytes, sha256 }]));
}
