// What can go wrong with the engine, by a code that other languages than English are found by; and how errors cross the worker's border.

const CLASSES = { TypeError, RangeError };

const SAID = {
  /** @param {string} reason */
  engine: (reason) => `The engine could not be loaded: ${reason}`,
  /** @param {string} reason */
  stopped: (reason) => `The engine stopped: ${reason}`,
  /** @param {string} reason @param {string} what */
  weights: (reason, what) => `Model ${what}: its weights did not arrive: ${reason}`,
};

/** An error of a known kind. */
export class Failure extends Error {
  /**
   * @param {keyof typeof SAID} code
   * @param {string} reason what went wrong, in English
   * @param {string} [what] with what
   * @param {ErrorOptions} [options]
   */
  constructor(code, reason, what = '', options = undefined) {
    super(SAID[code](reason, what), options);
    Object.assign(this, { code, reason, what });
  }
}

/**
 * Structured cloning loses an error's class and all that is its own.
 * @typedef {{ name: string, message: string, code?: keyof typeof SAID, reason?: string, what?: string }} PackedError
 * @param {unknown} error
 * @returns {PackedError}
 */
export function pack(error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, code, reason, what } = /** @type {Error & PackedError} */ (error);
  return { name, message, ...(error instanceof Failure && { code, reason, what }) };
}

/**
 * @param {PackedError} packed
 * @returns {Error}
 */
export function unpack({ name, message, code, reason = '', what }) {
  if (code) return new Failure(code, reason, what);
  const Class = CLASSES[/** @type {keyof typeof CLASSES} */ (name)] ?? Error;
  return new Class(message);
}
