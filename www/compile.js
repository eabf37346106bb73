// How a worker that comes later fetches and compiles its module itself.

import { counted } from './counted.js';

/** @param {{ url: string, integrity: string }} module */
export async function compile({ url, integrity }) {
  const response = await fetch(url, { integrity });
  // As long as bytes arrive somebody is patient.
  const body = counted(response, url.split('/').slice(-2).join('/'), (received, total) => postMessage({ type: 'progress', what: 'engine', received, total }));
  return WebAssembly.compileStreaming(new Response(body, { headers: { 'content-type': 'application/wasm' } }));
}
