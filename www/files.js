// Where the engine's files lie: beside these modules, or in a copy of the package at an address that somebody gives. Bundlers
// find the files by reading this, so every address is written out.

import { lacking } from './needed.js';

/** The checksum of the WebAssembly that this glue belongs to, for `integrity`; `cargo xtask` writes it here. */
const WASM = '';

/** The weights of each model. @returns {Record<string, URL>} */
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
 * Asks for the WebAssembly. Of a copy somewhere else nobody knows which version it is, so it is checked.
 * @param {string} base
 */
export async function fetchEngine(base) {
  const missing = lacking();
  if (missing) throw new Error(`this browser has no ${missing}`);
  if (base) return fetch(new URL('pushforward_bg.wasm', base), { integrity: WASM });
  return fetch(new URL('../pushforward_bg.wasm', import.meta.url));
}

/**
 * Starts the compute worker.
 * @param {string} base
 */
export function startWorker(base) {
  if (base) return new Worker(new URL('www/worker.js', base), { type: 'module', name: 'pushforward' });
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'pushforward' });
}

/**
 * The addresses of all weights, by their models.
 * @param {string} base
 * @returns {Record<string, string>}
 */
export function weightsAt(base) {
  const at = (/** @type {string} */ id, /** @type {URL} */ url) => (base ? new URL(`models/${id}/weights.bpk`, base) : url).href;
  return Object.fromEntries(Object.entries(weights()).map(([id, url]) => [id, at(id, url)]));
}
