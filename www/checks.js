// The shapes of the API's arguments: every error says what was expected and what came.
// Values that need a model to judge (lengths, ranges, classes) are judged in Rust.

const WALK = ['steps', 'guidance', 'temperature', 'sampler', 'noiseSeed', 'precision'];
const DRAWN = ['model', 'seed', 'latent', 'condition', 'image', 'strength', ...WALK];
const GENERATE = [...DRAWN, 'onFrame', 'onChoices', 'signal'];
const RACE = ['lanes', 'onFrame', 'signal'];
/** The greatest seed, and the greatest whole number that the engine takes. */
const GREATEST = 2 ** 32 - 1;
const INTERPOLATE = ['from', 'to', 't', 'mode'];
const OWN = ['model', 'image', 'condition'];
const LIKELIHOOD = [...OWN, 'precision'];
const ENCODE = [...OWN, ...WALK];

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `${value.constructor.name}`;
  if (value && typeof value === 'object') return `an object of ${value.constructor?.name ?? 'no class'}`;
  return String(value);
}

/**
 * @param {string} name
 * @param {string} wanted
 * @param {unknown} value
 * @returns {never}
 */
function wrong(name, wanted, value) {
  throw new TypeError(`${name}: expected ${wanted}, got ${show(value)}`);
}

/**
 * @param {string} call
 * @param {unknown} options
 * @param {string[]} known
 * @returns {Record<string, unknown>}
 */
function known(call, options, known) {
  if (!options || typeof options !== 'object' || Array.isArray(options)) {
    wrong(`${call}()`, `an object with ${known.join(', ')}`, options);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`${call}(): unknown option "${key}"; expected ${known.join(', ')}`);
  }
  return /** @type {Record<string, unknown>} */ (options);
}

/**
 * A latent as Float32Array; a copy, so that the caller may go on with its own.
 * @param {string} name
 * @param {unknown} value
 */
function vector(name, value) {
  if (value instanceof Float32Array) return value.slice();
  if (Array.isArray(value) && value.every((number) => typeof number === 'number')) return Float32Array.from(value);
  return wrong(name, 'a Float32Array or an array of numbers', value);
}

/**
 * @param {unknown} value
 * @returns {import('../pkg/index.d.ts').Condition}
 */
function condition(value) {
  if (value === undefined || value === 'any') return 'any';
  const said = /** @type {Record<string, unknown>} */ (value && typeof value === 'object' ? value : {});
  if (typeof said.class === 'number') return { class: said.class };
  if (typeof said.prompt !== 'string') return wrong('condition', '"any", { class: number } or { prompt: string }', value);
  const { prompt, style, towards, ...more } = said;
  const [unknown] = Object.keys(more);
  if (unknown) throw new TypeError(`condition: unknown option "${unknown}"; expected prompt, style, towards`);
  return {
    prompt,
    ...(style !== undefined && { style: whole('style', style, 0) }),
    ...(towards !== undefined && { towards: other(towards) }),
  };
}

/**
 * @param {unknown} value
 * @returns {{ prompt: string, t: number }}
 */
function other(value) {
  const { prompt, t } = /** @type {Record<string, unknown>} */ (value && typeof value === 'object' ? value : {});
  if (typeof prompt !== 'string' || typeof t !== 'number') wrong('towards', '{ prompt: string, t: number }', value);
  return { prompt, t };
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function model(value) {
  return typeof value === 'string' ? value : wrong('model', "a model's id", value);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 */
function whole(name, value, least) {
  if (value === undefined) return undefined;
  if (typeof value !== 'number') return wrong(name, 'an integer', value);
  if (Number.isInteger(value) && value >= least && value <= GREATEST) return value;
  throw new RangeError(`${name}: expected a whole number from ${least} to ${GREATEST}, got ${value}`);
}

/**
 * @param {'number' | 'string'} type
 * @param {string} name
 * @param {unknown} value
 * @returns {any}
 */
function optional(type, name, value) {
  return value === undefined || typeof value === type ? value : wrong(name, `a ${type}`, value);
}

/**
 * How to walk the way; only what was said.
 * @param {Record<string, unknown>} said
 * @returns {import('../pkg/index.d.ts').WalkOptions}
 */
function walk({ steps, guidance, temperature, sampler, noiseSeed, precision }) {
  const options = {
    steps: whole('steps', steps, 1),
    guidance: optional('number', 'guidance', guidance),
    temperature: optional('number', 'temperature', temperature),
    sampler: optional('string', 'sampler', sampler),
    noiseSeed: whole('noiseSeed', noiseSeed, 0),
    precision: optional('string', 'precision', precision),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/**
 * @param {unknown} value
 * @returns {ImageData}
 */
function picture(value) {
  return value instanceof ImageData ? value : wrong('image', 'an ImageData', value);
}

/**
 * What is to be drawn, and from what.
 * @param {string} call
 * @param {Record<string, unknown>} options
 */
export function drawnOptions(call, { seed, latent, image, strength, ...rest }) {
  if (seed !== undefined && latent !== undefined) throw new TypeError(`${call}(): give a seed or a latent, not both`);
  if (strength !== undefined && image === undefined) throw new TypeError(`${call}(): a strength needs an image to begin with`);
  if (seed !== undefined && typeof seed !== 'number') wrong('seed', 'an integer', seed);
  return {
    model: model(rest.model),
    seed: /** @type {number | undefined} */ (seed),
    latent: latent === undefined ? undefined : vector('latent', latent),
    condition: condition(rest.condition),
    image: image === undefined ? undefined : picture(image),
    walk: { ...walk(rest), ...(strength !== undefined && { strength: optional('number', 'strength', strength) }) },
  };
}

/**
 * Who watches, and who can end it.
 * @template Watch
 * @param {Record<string, unknown>} options
 */
function watched({ onFrame, signal }) {
  if (onFrame !== undefined && typeof onFrame !== 'function') wrong('onFrame', 'a function', onFrame);
  if (signal !== undefined && !(signal instanceof AbortSignal)) wrong('signal', 'an AbortSignal', signal);
  return { onFrame: /** @type {Watch | undefined} */ (onFrame), signal: /** @type {AbortSignal | undefined} */ (signal) };
}

/** @param {unknown} options */
export function generateOptions(options) {
  const { onFrame, onChoices, signal, ...drawn } = known('generate', options, GENERATE);
  /** @type {ReturnType<typeof watched<import('../pkg/index.d.ts').GenerateOptions['onFrame']>>} */
  const watch = watched({ onFrame, signal });
  if (onChoices !== undefined && typeof onChoices !== 'function') wrong('onChoices', 'a function', onChoices);
  return { ...drawnOptions('generate', drawn), ...watch, onChoices: /** @type {import('../pkg/index.d.ts').GenerateOptions['onChoices']} */ (onChoices) };
}

/** @param {unknown} options */
export function raceOptions(options) {
  const { lanes, onFrame, signal } = known('race', options, RACE);
  if (!Array.isArray(lanes) || lanes.length === 0) wrong('lanes', 'an array of at least one object', lanes);
  /** @type {ReturnType<typeof watched<import('../pkg/index.d.ts').RaceOptions['onFrame']>>} */
  const watch = watched({ onFrame, signal });
  return { lanes: /** @type {unknown[]} */ (lanes).map((lane) => drawnOptions('race', known('race', lane, DRAWN))), ...watch };
}

/** @param {unknown} options */
export function interpolateOptions(options) {
  const { from, to, t, mode } = known('interpolate', options, INTERPOLATE);
  if (typeof t !== 'number') wrong('t', 'a number', t);
  if (typeof mode !== 'string') wrong('mode', '"lerp" or "slerp"', mode);
  return { from: vector('from', from), to: vector('to', to), t, mode };
}

/** @param {unknown} options */
export function encodeOptions(options) {
  const { image, ...rest } = known('encode', options, ENCODE);
  return { model: model(rest.model), image: picture(image), condition: condition(rest.condition), walk: walk(rest) };
}

/** @param {unknown} options */
export function likelihoodOptions(options) {
  const { image, ...rest } = known('bitsPerDim', options, LIKELIHOOD);
  return { model: model(rest.model), image: picture(image), condition: condition(rest.condition), precision: walk(rest).precision };
}
