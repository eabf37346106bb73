// Fetches and compiles the WebAssembly once for the page and for its worker, and reports how far it is.

import { counted } from './counted.js';
import { Failure } from './errors.js';

/**
 * @typedef {typeof import('../pushforward.js')} Functions
 * @typedef {{ functions: Functions, module: WebAssembly.Module, cards: import('../pkg/index.d.ts').Card[] }} Engine
 */

/** Fires `progress` (CustomEvent<Progress>) while bytes arrive. */
export const loading = new EventTarget();

/** @type {Promise<Engine> | null} */
let engine = null;

/**
 * The engine: its pure functions for this thread, and the compiled module for the worker.
 * @returns {Promise<Engine>}
 */
export function loadEngine() {
  engine ??= load().catch((error) => {
    engine = null;
    throw new Failure('engine', error.message, '', { cause: error });
  });
  return engine;
}

async function load() {
  const [functions, module] = await Promise.all([import('../pushforward.js'), compile()]);
  await functions.default({ module_or_path: module });
  return { functions, module, cards: functions.cards() };
}

async function compile() {
  const url = new URL('../pushforward_bg.wasm', import.meta.url);
  const response = await fetch(url);
  const body = counted(response, 'pushforward_bg.wasm', (received, total) => {
    loading.dispatchEvent(new CustomEvent('progress', { detail: { what: 'engine', received, total } }));
  });
  // Wrapped anew, so that a server that sends the wrong type does not stop the page.
  return WebAssembly.compileStreaming(new Response(body, { headers: { 'content-type': 'application/wasm' } }));
}
