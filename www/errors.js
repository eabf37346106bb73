// Errors across the worker's border: structured cloning loses an error's class, this keeps it.

const CLASSES = { TypeError, RangeError };

/**
 * @typedef {{ name: string, message: string }} PackedError
 * @param {unknown} error
 * @returns {PackedError}
 */
export function pack(error) {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/**
 * @param {PackedError} packed
 * @returns {Error}
 */
export function unpack({ name, message }) {
  const Class = CLASSES[/** @type {keyof typeof CLASSES} */ (name)] ?? Error;
  return new Class(message);
}
