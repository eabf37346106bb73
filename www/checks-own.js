// The options of the calls that take somebody's own picture, as checks.js has those of the others.

import { DRAWN, instance, onlySaid, read, WALK, WATCHED } from './checks.js';

/**
 * @import { EncodeOptions, LikelihoodOptions, OwnOptions } from '../pkg/index.d.ts'
 * @import { Checks } from './checks.js'
 */

/** @satisfies {Checks<OwnOptions>} */
const OWN = { model: DRAWN.model, image: instance(() => ImageData), condition: DRAWN.condition, priority: WATCHED.priority, signal: WATCHED.signal };

/** @satisfies {Checks<LikelihoodOptions>} */
const LIKELIHOOD = { ...OWN, precision: WALK.precision };

/** @satisfies {Checks<EncodeOptions>} */
const ENCODE = { ...OWN, ...WALK };

/** @param {unknown} options */
export function encodeOptions(options) {
  const { model, image, condition, priority, signal, ...sampling } = read('encode', options, ENCODE);
  return { model, image, condition, sampling: onlySaid(sampling), priority, signal };
}

/** @param {unknown} options */
export function likelihoodOptions(options) {
  return read('bitsPerDim', options, LIKELIHOOD);
}
