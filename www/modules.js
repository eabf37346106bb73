// Where the modules for WebGPU lie, and their workers; every address is written out, as in files.js.

import { startAbroad } from './abroad.js';
import { HERE, PLANS, WASM, WEBGPU } from './files.js';

/** That of plans, or that of Burn's backend. @typedef {'plans' | 'webgpu'} Name */

/** The modules that are measured, by what they are. */
export const VERSION = `${WASM} ${PLANS}`;

/** A module, which its worker fetches. @param {Name} name @param {string} base */
export function moduleAt(name, base) {
  const url = { plans: new URL('../plans/pushforward_bg.wasm', import.meta.url), webgpu: new URL('../webgpu/pushforward_bg.wasm', import.meta.url) }[name];
  return { url: (base ? new URL(`${name}/pushforward_bg.wasm`, base) : url).href, integrity: { plans: PLANS, webgpu: WEBGPU }[name] };
}

/** Starts its compute worker. @param {Name} name @param {string} base */
export function startWorkerOf(name, base) {
  if (base) return startAbroad(new URL(`www/${name}-worker.js`, base), { type: 'module', name: `pushforward-${name}` });
  try {
    if (name === 'plans') return new Worker(new URL('./plans-worker.js', import.meta.url), { type: 'module', name: 'pushforward-plans' });
    return new Worker(new URL('./webgpu-worker.js', import.meta.url), { type: 'module', name: 'pushforward-webgpu' });
  } catch {
    return startAbroad(new URL(`${name}-worker.js`, HERE), { type: 'module', name: `pushforward-${name}` });
  }
}
