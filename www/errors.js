// What can go wrong, by kind and code, from Rust and from here; and how errors cross the worker's border.

/**
 * @import { ErrorKind as Kind } from '../pkg/index.d.ts'
 * @import { Packed } from '../types/page.d.ts'
 * @typedef {Record<string, any>} Details
 */

/** What those errors say that come from here. @type {Record<string, (details: Details) => string>} */
const SAID = {
  type: ({ name, expected, got }) => `${name}: expected ${expected}, got ${got}`,
  whole: ({ name, min, max, got }) => `${name}: expected a whole number from ${min} to ${max}, got ${got}`,
  option: ({ name, option, expected }) => `${name}: unknown option "${option}"; expected ${expected}`,
  both: ({ name, one, other }) => `${name}: give a ${one} or a ${other}, not both`,
  strength: ({ name }) => `${name}: a strength needs an image to begin with`,
  'not-ready': ({ name }) => `${name}() answers at once and the engine is not here yet: await ready() first`,
  engine: ({ reason }) => `The engine could not be loaded: ${reason}`,
  stopped: ({ reason }) => `The engine stopped: ${reason}`,
  steps: ({ steps }) => `The engine ended before its ${steps} steps`,
  fetch: ({ model, reason }) => `Model ${model}: its weights did not arrive: ${reason}`,
};

/** These classes are described in pkg/index.d.ts. */
export class PushforwardError extends Error {
  /** @type {Kind} */
  kind = 'internal';

  /**
   * @param {string} code
   * @param {Details} [details]
   * @param {ErrorOptions & { message?: string }} [options] a message, unless the code has one here
   */
  constructor(code, details = {}, { message, ...options } = {}) {
    super(message ?? SAID[code](details), options);
    this.code = code;
    this.details = details;
  }
}

export class RequestError extends PushforwardError {
  name = 'RequestError';
  kind = /** @type {const} */ ('request');
}

export class DeviceLostError extends PushforwardError {
  name = 'DeviceLostError';
  kind = /** @type {const} */ ('device-lost');
}

export class WeightsError extends PushforwardError {
  name = 'WeightsError';
  kind = /** @type {const} */ ('weights');
}

export class InternalError extends PushforwardError {
  name = 'InternalError';
  kind = /** @type {const} */ ('internal');
}

/**
 * A word that is none of those expected: its code is the name of what it is for, as where Rust says so.
 * @param {string} name
 * @param {string[]} words
 * @param {unknown} value
 */
export function notOneOf(name, words, value) {
  const got = JSON.stringify(value) ?? String(value);
  return new RequestError(name, { name, expected: { kind: 'words', of: words }, got }, { message: `${name}: expected one of ${words.join(', ')}, got ${got}` });
}

/** @type {Record<Kind, new (code: string, details?: Details, options?: ErrorOptions & { message?: string }) => PushforwardError>} */
const CLASSES = { request: RequestError, 'device-lost': DeviceLostError, weights: WeightsError, internal: InternalError };

/**
 * The kind of an error; undefined for one that nobody here has made.
 * @param {unknown} error
 * @returns {Kind | undefined}
 */
export function kindOf(error) {
  const kind = error instanceof Error ? /** @type {Error & Partial<Packed>} */ (error).kind : undefined;
  return kind && Object.hasOwn(CLASSES, kind) ? kind : undefined;
}

/**
 * An error as one of ours: Rust's carry kind, code and details, but no class.
 * @param {unknown} error
 * @returns {PushforwardError}
 */
export function ours(error) {
  return error instanceof PushforwardError ? error : unpack(pack(error), error);
}

/**
 * Structured cloning loses an error's class and all that is its own.
 * @param {unknown} error
 * @returns {Packed}
 */
export function pack(error) {
  const kind = kindOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (!kind) return { kind: 'internal', code: 'bug', message, details: { reason: message } };
  const { code, details } = /** @type {Error & Packed} */ (error);
  return { kind, code, message, details };
}

/**
 * @param {Packed} packed
 * @param {unknown} [cause]
 */
export function unpack({ kind, code, message, details }, cause) {
  return new CLASSES[kind](code, details, { message, ...(cause !== undefined && { cause }) });
}

/**
 * The functions of the engine, which throw our errors.
 * @template {Record<string, any>} T
 * @param {T} functions
 * @returns {T}
 */
export function throwing(functions) {
  const wrapped = Object.entries(functions).map(([name, value]) => {
    const isClass = typeof value !== 'function' || /^[A-Z]/.test(name);
    return [name, isClass ? value : (/** @type {any[]} */ ...given) => attempt(() => value(...given))];
  });
  return Object.fromEntries(wrapped);
}

/**
 * @template T
 * @param {() => T} act
 * @returns {T}
 */
function attempt(act) {
  try {
    return act();
  } catch (error) {
    throw kindOf(error) ? ours(error) : error;
  }
}
