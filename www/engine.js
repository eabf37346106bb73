// Fetches and compiles the WebAssembly once for the page and for its worker, and reports how far it is.

import { counted } from './counted.js';
import { InternalError, throwing } from './errors.js';
import { fetchEngine } from './files.js';

/**
 * @typedef {typeof import('../pushforward.js')} Functions
 * @typedef {{ functions: Functions, module: WebAssembly.Module, cards: import('../pkg/index.d.ts').Card[] }} Engine
 */

/** Fires `progress` (CustomEvent<Progress>) while bytes arrive. */
export const loading = new EventTarget();

/** By where its files lie. @type {Map<string, Promise<Engine>>} */
const engines = new Map();

/**
 * The engine: its pure functions for this thread, and the compiled module for the worker.
 * @param {string} [base] the address of a copy of the package, instead of where these modules lie
 * @returns {Promise<Engine>}
 */
export function loadEngine(base = '') {
  const engine = engines.get(base) ?? load(base).catch((error) => {
    engines.delete(base);
    throw new InternalError('engine', { reason: error.message }, { cause: error });
  });
  engines.set(base, engine);
  return engine;
}

/** @param {string} base */
async function load(base) {
  const [functions, module] = await Promise.all([import('../pushforward.js'), compile(base)]);
  await functions.default({ module_or_path: module });
  return { functions: throwing(functions), module, cards: functions.cards() };
}

/** @param {string} base */
async function compile(base) {
  const response = await fetchEngine(base);
  const body = counted(response, 'pushforward_bg.wasm', (received, total) => {
    loading.dispatchEvent(new CustomEvent('progress', { detail: { what: 'engine', received, total } }));
  });
  // Wrapped anew, so that a server that sends the wrong type does not stop the page.
  return WebAssembly.compileStreaming(new Response(body, { headers: { 'content-type': 'application/wasm' } }));
}
