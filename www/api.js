// The API: `globalThis.pushforward` in the page, the default export of the npm package. Types: pkg/index.d.ts.

import { generateOptions, interpolateOptions, PRIORITIES, raceOptions } from './checks.js';
import { loadEngine, loading } from './engine.js';
import { notOneOf, RequestError } from './errors.js';
import { folderAt } from './files.js';
import { Supervisor } from './supervisor.js';

/**
 * @import { Card, DeviceInfo, EncodeOptions, EngineOptions, Generated, GenerateOptions, InterpolateOptions, Likelihood, LikelihoodOptions,
 *   Priority, RaceOptions, State, SamplingOptions } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 * @import { Drawn, Pixels } from '../types/page.d.ts'
 */

/** @type {('auto' | 'webgpu' | 'cpu')[]} */
const BACKENDS = ['auto', 'webgpu', 'cpu'];

export { DeviceLostError, InternalError, PushforwardError, RequestError, WeightsError } from './errors.js';

/** The precision of the files. */
const SHIPPED = 'q8';

export class Pushforward extends EventTarget {
  /** @type {'auto' | 'webgpu' | 'cpu'} */
  #backend;
  /** Where the engine's files lie, if not beside these modules. @type {string | URL} */
  #base;
  /** @type {Functions | null} */
  #functions = null;
  /** @type {Supervisor | null} */
  #supervisor = null;

  /** @param {EngineOptions} [options] */
  constructor({ backend = 'auto', base = '' } = {}) {
    super();
    if (!BACKENDS.includes(backend)) throw notOneOf('backend', BACKENDS, backend);
    if (typeof base !== 'string' && !(base instanceof URL)) throw new RequestError('type', { name: 'base', expected: 'the address of a folder', got: String(base) });
    this.#backend = backend;
    this.#base = base;
    loading.addEventListener('progress', (event) => this.#forward(event));
  }

  async ready() {
    await this.#compute();
  }

  /**
   * @param {string} [model]
   * @returns {Promise<DeviceInfo>}
   */
  async device(model) {
    const { cards, supervisor } = await this.#compute();
    return supervisor.device(model === undefined ? model : knownModel(cards, model).id);
  }

  /** @returns {Promise<Card[]>} */
  async models() {
    const { cards } = await loadEngine(folderAt(this.#base));
    return structuredClone(cards);
  }

  /**
   * @param {GenerateOptions} options
   * @returns {Promise<Generated>}
   */
  async generate(options) {
    const { onFrame, onChoices, predicted, frames, priority = 'normal', signal, ...asked } = generateOptions(options);
    signal?.throwIfAborted();
    const { functions, cards, supervisor } = await this.#compute();
    const drawn = drawnAs(asked, cards, functions);
    const seen = { watched: Boolean(onFrame), frames, predicted, choices: Boolean(onChoices) };
    let last = 1;
    const { milliseconds, steps, ...pixels } = await supervisor.request(
      { type: 'generate', ...drawn, seen, priority: rank(priority) },
      {
        signal,
        onFrame: ({ step, steps, attempt, predicted, choices, width, height, data }) => {
          last = attempt;
          if (choices) onChoices?.(choices, step, steps, attempt);
          const clean = predicted ? imageData({ data: predicted, width, height }) : null;
          if (data) onFrame?.(imageData({ data, width, height }), step, steps, clean, attempt);
        },
      },
    );
    const image = imageData(pixels);
    onFrame?.(image, steps, steps, null, last);
    return { image, latent: drawn.latent, milliseconds };
  }

  /**
   * @param {RaceOptions} options
   * @returns {Promise<number[]>}
   */
  async race(options) {
    const { lanes, onFrame, frames, priority = 'low', signal } = raceOptions(options);
    signal?.throwIfAborted();
    const { functions, cards, supervisor } = await this.#compute();
    const seen = { watched: Boolean(onFrame), frames, predicted: false, choices: false };
    return supervisor.request(
      { type: 'race', lanes: lanes.map((asked) => drawnAs(asked, cards, functions)), seen, priority: rank(priority) },
      {
        signal,
        onFrame: ({ lane, data, width, height, step, steps, milliseconds, attempt }) =>
          data && onFrame?.(lane, { image: imageData({ data, width, height }), step, steps, milliseconds, attempt }),
      },
    );
  }

  /** @param {InterpolateOptions} options */
  interpolate(options) {
    const { from, to, t, mode } = interpolateOptions(options);
    return this.#now('interpolate').interpolate(from, to, t, mode);
  }

  /**
   * @param {EncodeOptions} options
   * @returns {Promise<Float32Array>}
   */
  async encode(options) {
    const { encodeOptions } = await import('./checks-own.js');
    const { model, image, condition, sampling, priority = 'normal', signal } = encodeOptions(options);
    signal?.throwIfAborted();
    const { cards, supervisor } = await this.#compute();
    const { precision = SHIPPED, ...way } = sampling;
    const own = { model: knownModel(cards, model).id, precision, image: pixelsOf(image), condition, priority: rank(priority) };
    return supervisor.request({ type: 'encode', ...own, options: way }, { signal });
  }

  /**
   * @param {LikelihoodOptions} options
   * @returns {Promise<Likelihood>}
   */
  async bitsPerDim(options) {
    const { likelihoodOptions } = await import('./checks-own.js');
    const { model, image, condition, precision = SHIPPED, priority = 'normal', signal } = likelihoodOptions(options);
    signal?.throwIfAborted();
    const { cards, supervisor } = await this.#compute();
    const own = { model: knownModel(cards, model).id, precision, image: pixelsOf(image), condition, priority: rank(priority) };
    return supervisor.request({ type: 'likelihood', ...own }, { signal });
  }

  /** @param {Partial<State>} state */
  link(state) {
    const functions = this.#now('link');
    if (!state || typeof state !== 'object') throw new RequestError('type', { name: 'link()', expected: 'a state', got: String(state) });
    const defaults = Object.fromEntries(functions.properties().map((property) => [property.name, property.default]));
    const fragment = functions.writeLink(/** @type {State} */ ({ ...defaults, ...state }));
    // Without the query: which device draws is not the picture's business.
    return new URL(`#${fragment}`, location.origin + location.pathname).href;
  }

  close() {
    this.#supervisor?.close();
    this.#supervisor = null;
  }

  async #compute() {
    const base = folderAt(this.#base);
    const engine = await loadEngine(base);
    const { functions, cards } = engine;
    this.#functions = functions;
    if (!this.#supervisor) {
      this.#supervisor = new Supervisor(engine, this.#backend, base);
      for (const type of ['progress', 'device']) {
        this.#supervisor.addEventListener(type, (event) => this.#forward(event));
      }
    }
    return { functions, cards, supervisor: this.#supervisor };
  }

  /** @param {string} call */
  #now(call) {
    if (!this.#functions) throw new RequestError('not-ready', { name: call });
    return this.#functions;
  }

  /** @param {Event} event */
  #forward(event) {
    this.dispatchEvent(new CustomEvent(event.type, { detail: /** @type {CustomEvent} */ (event).detail }));
  }
}

export default new Pushforward();

/**
 * @param {Card[]} cards
 * @param {string} model
 */
function knownModel(cards, model) {
  const card = cards.find(({ id }) => id === model);
  if (card) return card;
  throw notOneOf('model', cards.map(({ id }) => id), model);
}

/**
 * A model without samplers ignores which one is asked for.
 * @param {Card} card
 * @param {SamplingOptions} sampling
 * @returns {SamplingOptions}
 */
function knownSampler({ controls: { samplers } }, { sampler, ...sampling }) {
  if (!samplers || sampler === undefined) return sampling;
  if (samplers.includes(sampler)) return { sampler, ...sampling };
  throw notOneOf('sampler', samplers, sampler);
}

/**
 * What is asked for, as the worker needs it.
 * @param {ReturnType<typeof raceOptions>['lanes'][number]} asked
 * @param {Card[]} cards
 * @param {Functions} functions
 * @returns {Drawn}
 */
function drawnAs({ model, seed, latent, condition, image, sampling }, cards, functions) {
  const card = knownModel(cards, model);
  const { precision = SHIPPED, ...way } = sampling;
  return {
    model,
    precision,
    image: image && pixelsOf(image),
    latent: latent ?? functions.gaussian(model, seed ?? crypto.getRandomValues(new Uint32Array(1))[0]),
    condition,
    options: knownSampler(card, way),
  };
}

/** @param {Priority} priority */
function rank(priority) {
  return PRIORITIES.indexOf(priority);
}

/**
 * A copy, so that the caller may go on with its own.
 * @param {ImageData} image
 * @returns {Pixels}
 */
function pixelsOf({ data, width, height }) {
  return { data: data.slice(), width, height };
}

/** @param {Pixels} pixels */
function imageData({ data, width, height }) {
  return new ImageData(data, width, height);
}
