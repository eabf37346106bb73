// What a browser must have, beside the language that these modules are written in: whoever lacks it reads that in a sentence.

/** A module with one instruction on vectors, which the engine is full of. */
const VECTORS = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** @type {[string, () => boolean][]} */
const NEEDED = [
  // Some browsers take it away where somebody wants to be safe.
  ['WebAssembly', () => typeof WebAssembly === 'object'],
  ['WebAssembly SIMD', () => WebAssembly.validate(VECTORS)],
  ['Worker', () => typeof Worker === 'function'],
  ['TransformStream', () => typeof TransformStream === 'function'],
  ['structuredClone', () => typeof structuredClone === 'function'],
  ['AbortSignal.throwIfAborted', () => 'throwIfAborted' in AbortSignal.prototype],
];

/** The first thing that is lacking, if any. */
export function lacking() {
  return NEEDED.find(([, has]) => !has())?.[0];
}
