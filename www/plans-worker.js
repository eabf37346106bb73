// The compute worker with the module that draws on WebGPU by plans, and all else on the CPU; fetched only where there is an adapter.

import init, { Engine, Picture } from '../plans/pushforward.js';
import { compile } from './compile.js';
import { compute } from './compute.js';
import { within } from './within.js';

/**
 * Has a plan made; each of its pipelines is a sign of life.
 * @param {Engine} engine
 * @param {{ model: string, precision: string }} wanted
 * @param {Uint8Array<ArrayBuffer>} weights
 */
function plan(engine, { model, precision }, weights) {
  /** @type {Set<() => void>} */
  const signs = new Set();
  const sign = () => {
    postMessage({ type: 'sign' });
    for (const tell of signs) tell();
  };
  return within(engine.plan(model, precision, weights, sign), 'the GPU did not get ready in time', signs);
}

compute({ init, Engine, Picture, compile, plan });
