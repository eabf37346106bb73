// Starts a worker where the plain way is refused: where the page is of another origin than the engine, or of none, as in a sandboxed frame,
// and where it requires Trusted Types.

/** @type {{ createScriptURL(url: string): any } | undefined} */
let policy;

/**
 * @param {URL} url
 * @param {WorkerOptions} options
 */
export function startAbroad(url, options) {
  // A browser starts workers of the page's own origin only; what these import may lie elsewhere. Of no origin, Chromium starts no
  // module from a blob, but one from the address itself.
  const script = `import ${JSON.stringify(url.href)};`;
  const beyond = globalThis.origin === 'null' ? () => `data:text/javascript,${encodeURIComponent(script)}` : () => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const address = url.origin === globalThis.origin ? url.href : beyond();
  const { trustedTypes } = /** @type {any} */ (globalThis);
  policy ??= trustedTypes?.createPolicy('pushforward', { createScriptURL: (/** @type {string} */ trusted) => trusted });
  return new Worker(policy?.createScriptURL(address) ?? address, options);
}
