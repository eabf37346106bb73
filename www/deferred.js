// A promise that is settled from outside, as `Promise.withResolvers` makes one, which Safari has from 17.4 on only.

/**
 * @template T
 * @returns {PromiseWithResolvers<T>}
 */
export function deferred() {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => { Object.assign(parts, { resolve, reject }); });
  return parts;
}
