// Starts a worker where the plain way is refused: where the page is of another origin than the engine, or of none, as in a sandboxed frame,
// and where it requires Trusted Types.

/** @type {{ createScriptURL(url: string): any } | undefined} */
let policy;

/**
 * @param {URL} url
 * @param {WorkerOptions} options
 */
export function startAbroad(url, options) {
  // A browser starts workers of the page's own origin only; what these import may lie elsewhere.
  const own = url.origin === globalThis.origin;
  const address = own ? url.href : URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' }));
  const { trustedTypes } = /** @type {any} */ (globalThis);
  policy ??= trustedTypes?.createPolicy('pushforward', { createScriptURL: (/** @type {string} */ trusted) => trusted });
  return new Worker(policy?.createScriptURL(address) ?? address, options);
}
