// The options of the API's calls: one table a call, of which pkg/index.d.ts says what each is for; tsc holds the two together.
// Values that need a model to judge (lengths, ranges, classes) are judged in Rust.

import { notOneOf, RequestError } from './errors.js';

/**
 * @import { Condition, SampleOptions, GenerateOptions, InterpolateOptions, Precision, Priority, RaceOptions, Sampler,
 *   SamplingOptions } from '../pkg/index.d.ts'
 */

/**
 * What an option is to be: returns the value, or throws what was expected and what came.
 * @template T
 * @typedef {(value: unknown, name: string) => T} Check
 */

/**
 * A check for each option, of its type, and for nothing else.
 * @template O
 * @typedef {{ [K in keyof Required<O>]: Check<O[K]> }} Checks
 */

/** The greatest seed, and the greatest whole number that the engine takes. */
const GREATEST = 2 ** 32 - 1;

/** What is done first, first. @type {Priority[]} */
export const PRIORITIES = ['immediate', 'high', 'normal', 'low'];

/** @satisfies {Checks<SamplingOptions>} */
export const WALK = {
  steps: optional(whole(1)),
  guidance: optional(number),
  temperature: optional(number),
  // Which there are is on the card.
  sampler: optional(/** @type {Check<Sampler>} */ (text('a string'))),
  noiseSeed: optional(whole(0)),
  precision: optional(/** @type {Check<Precision>} */ (text('a string'))),
};

/** @satisfies {Checks<SampleOptions>} */
export const DRAWN = {
  model: text("a model's id"),
  seed: optional(whole(0)),
  latent: optional(vector),
  condition,
  image: optional(instance(() => ImageData)),
  strength: optional(number),
  ...WALK,
};

export const WATCHED = {
  frames: optional(whole(0)),
  priority: optional(oneOf(PRIORITIES)),
  signal: optional(instance(() => AbortSignal)),
};

/** @satisfies {Checks<GenerateOptions>} */
const GENERATE = {
  ...DRAWN,
  ...WATCHED,
  onFrame: optional(/** @type {Check<NonNullable<GenerateOptions['onFrame']>>} */ (callback)),
  predicted: optional(boolean),
  onChoices: optional(/** @type {Check<NonNullable<GenerateOptions['onChoices']>>} */ (callback)),
};

/** @satisfies {Checks<RaceOptions>} */
const RACE = {
  lanes: atLeastOne,
  ...WATCHED,
  onFrame: optional(/** @type {Check<NonNullable<RaceOptions['onFrame']>>} */ (callback)),
};

/** @satisfies {Checks<InterpolateOptions>} */
const INTERPOLATE = { from: vector, to: vector, t: number, mode: oneOf(/** @type {InterpolateOptions['mode'][]} */ (['lerp', 'slerp'])) };

/**
 * What was said of the options of a table.
 * @template {Record<string, Check<any>>} T
 * @param {string} call
 * @param {unknown} options
 * @param {T} table
 * @returns {{ [K in keyof T]: ReturnType<T[K]> }}
 */
export function read(call, options, table) {
  const names = Object.keys(table);
  if (!options || typeof options !== 'object' || Array.isArray(options)) wrong(`${call}()`, `an object with ${names.join(', ')}`, options);
  const said = /** @type {Record<string, unknown>} */ (options);
  onlyKnown(`${call}()`, said, names);
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, table[name](said[name], name)])));
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} said
 * @param {string[]} names
 */
function onlyKnown(name, said, names) {
  const option = Object.keys(said).find((key) => !names.includes(key));
  if (option !== undefined) throw new RequestError('option', { name, option, expected: names.join(', ') });
}

/** @param {unknown} options */
export function generateOptions(options) {
  const { onFrame, onChoices, predicted = false, frames = 0, priority, signal, ...drawn } = read('generate', options, GENERATE);
  return { ...drawnFrom('generate', drawn), onFrame, onChoices, predicted, frames, priority, signal };
}

/** @param {unknown} options */
export function raceOptions(options) {
  const { lanes, frames = 0, ...watch } = read('race', options, RACE);
  return { ...watch, frames, lanes: lanes.map((lane) => drawnFrom('race', read('race', lane, DRAWN))) };
}

/** @param {unknown} options */
export function interpolateOptions(options) {
  return read('interpolate', options, INTERPOLATE);
}

/**
 * What is to be drawn, and from what.
 * @param {string} call
 * @param {{ [K in keyof typeof DRAWN]: ReturnType<(typeof DRAWN)[K]> }} options
 */
function drawnFrom(call, { model, seed, latent, condition, image, ...sampling }) {
  if (seed !== undefined && latent !== undefined) throw new RequestError('both', { name: `${call}()`, one: 'seed', other: 'latent' });
  if (sampling.strength !== undefined && image === undefined) throw new RequestError('strength', { name: `${call}()` });
  return { model, seed, latent, condition, image, sampling: onlySaid(sampling) };
}

/**
 * @template {object} T
 * @param {T} options
 * @returns {T}
 */
export function onlySaid(options) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
}

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `${value.constructor.name}`;
  if (value && typeof value === 'object') return `an object of ${value.constructor?.name ?? 'no class'}`;
  return String(value);
}

/**
 * @param {string} name
 * @param {string} expected
 * @param {unknown} value
 * @returns {never}
 */
function wrong(name, expected, value) {
  throw new RequestError('type', { name, expected, got: show(value) });
}

/**
 * @template T
 * @param {Check<T>} check
 * @returns {Check<T | undefined>}
 */
function optional(check) {
  return (value, name) => (value === undefined ? undefined : check(value, name));
}

/** @type {Check<number>} */
function number(value, name) {
  return typeof value === 'number' ? value : wrong(name, 'a number', value);
}

/** @type {Check<boolean>} */
function boolean(value, name) {
  return typeof value === 'boolean' ? value : wrong(name, 'a boolean', value);
}

/** @type {Check<Function>} */
function callback(value, name) {
  return typeof value === 'function' ? value : wrong(name, 'a function', value);
}

/**
 * @param {number} min
 * @returns {Check<number>}
 */
function whole(min) {
  return (value, name) => {
    if (typeof value !== 'number') return wrong(name, 'an integer', value);
    if (Number.isInteger(value) && value >= min && value <= GREATEST) return value;
    throw new RequestError('whole', { name, min, max: GREATEST, got: value });
  };
}

/**
 * @param {string} expected
 * @returns {Check<string>}
 */
function text(expected) {
  return (value, name) => (typeof value === 'string' ? value : wrong(name, expected, value));
}

/**
 * @template {string} T
 * @param {T[]} words
 * @returns {Check<T>}
 */
function oneOf(words) {
  return (value, name) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw notOneOf(name, words, value);
    return found;
  };
}

/**
 * A class is looked up when something is asked: on a server, where this may be imported, there is none.
 * @template T
 * @param {() => new (...given: any[]) => T} classOf
 * @returns {Check<T>}
 */
export function instance(classOf) {
  return (value, name) => {
    const Class = classOf();
    return value instanceof Class ? value : wrong(name, `${/^[AEIOU]/.test(Class.name) ? 'an' : 'a'} ${Class.name}`, value);
  };
}

/** @type {Check<any[]>} */
function atLeastOne(value, name) {
  return Array.isArray(value) && value.length > 0 ? value : wrong(name, 'an array of at least one object', value);
}

/** A latent as Float32Array; a copy, so that the caller may go on with its own. @type {Check<Float32Array>} */
function vector(value, name) {
  if (value instanceof Float32Array) return value.slice();
  if (Array.isArray(value) && value.every((number) => typeof number === 'number')) return Float32Array.from(value);
  return wrong(name, 'a Float32Array or an array of numbers', value);
}

/** @type {Check<Condition>} */
function condition(value) {
  if (value === undefined || value === 'any') return 'any';
  const said = /** @type {Record<string, unknown>} */ (value && typeof value === 'object' ? value : {});
  if (typeof said.class === 'number') return { class: said.class };
  if (typeof said.prompt !== 'string') return wrong('condition', '"any", { class: number } or { prompt: string }', value);
  const { prompt, style, towards } = said;
  onlyKnown('condition', said, ['prompt', 'style', 'towards']);
  return {
    prompt,
    ...(style !== undefined && { style: whole(0)(style, 'style') }),
    ...(towards !== undefined && { towards: other(towards, 'towards') }),
  };
}

/** @type {Check<{ prompt: string, t: number }>} */
function other(value, name) {
  const { prompt, t } = /** @type {Record<string, unknown>} */ (value && typeof value === 'object' ? value : {});
  return typeof prompt === 'string' && typeof t === 'number' ? { prompt, t } : wrong(name, '{ prompt: string, t: number }', value);
}
