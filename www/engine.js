// Fetches and compiles the first module once, for the page and for its worker, which starts meanwhile; reports how far it is.

import { counted } from './counted.js';
import { InternalError, throwing } from './errors.js';
import { fetchEngine, startWorker } from './files.js';
import { lacking } from './needed.js';
import { Remote } from './remote.js';

/**
 * @typedef {typeof import('../pushforward.js')} Functions
 * @typedef {{ functions: Functions, module: WebAssembly.Module, cards: import('../pkg/index.d.ts').Card[], spare: Remote | null }} Engine
 */

/** Fires `progress` (CustomEvent<Progress>) while bytes arrive. */
export const loading = new EventTarget();

/** By where its files lie. @type {Map<string, Promise<Engine>>} */
const engines = new Map();

/**
 * The engine: its pure functions for this thread, and the compiled module for the worker.
 * @param {string} [base] the address of a copy of the package, instead of where these modules lie
 * @param {string} [first] the model that will be needed first, if that is known
 * @returns {Promise<Engine>}
 */
export function loadEngine(base = '', first) {
  const engine = engines.get(base) ?? load(base, first).catch((error) => {
    engines.delete(base);
    throw new InternalError('engine', { reason: error.message }, { cause: error });
  });
  engines.set(base, engine);
  return engine;
}

/**
 * @param {string} base
 * @param {string} [first]
 */
async function load(base, first) {
  const missing = lacking();
  if (missing) throw new Error(`this browser has no ${missing}`);
  const spare = new Remote(startWorker(base), base, first);
  try {
    const [functions, module] = await Promise.all([import('../pushforward.js'), compile(base)]);
    await functions.default({ module_or_path: module });
    return { functions: throwing(functions), module, cards: functions.cards(), spare };
  } catch (error) {
    spare.end();
    throw error;
  }
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
