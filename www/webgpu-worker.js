// The compute worker with the second module, which draws on WebGPU; fetched only where that may be faster, or is asked for.

import init, { Engine, Picture } from '../webgpu/pushforward.js';
import { compute } from './compute.js';
import { counted } from './counted.js';

/** @param {{ url: string, integrity: string }} module */
async function compile({ url, integrity }) {
  const response = await fetch(url, { integrity });
  // As long as bytes arrive somebody is patient.
  const body = counted(response, 'webgpu/pushforward_bg.wasm', (received, total) => postMessage({ type: 'progress', what: 'engine', received, total }));
  return WebAssembly.compileStreaming(new Response(body, { headers: { 'content-type': 'application/wasm' } }));
}

compute({ init, Engine, Picture, compile });
