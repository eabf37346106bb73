// The GPU's part: its workers, and which models it draws faster than the CPU, as measured here and kept from one visit to the next.
// Loaded only where there is a GPU to draw with. One worker draws models by their plans; where WebGPU is insisted on, another draws
// those that have none, by Burn's backend.

import { deferred } from './deferred.js';
import { moduleAt, startWorkerOf, VERSION } from './modules.js';
import { Remote } from './remote.js';
import { within } from './within.js';

/**
 * @import { Card, DeviceInfo } from '../pkg/index.d.ts'
 * @import { Said, Work } from '../types/page.d.ts'
 * @import { Engine } from './engine.js'
 * @import { Name } from './modules.js'
 * @typedef {{ cpu: number, webgpu: number }} Times milliseconds of a picture
 * @typedef {{ ask: (remote: Remote | null, work: Work) => Promise<any>, hear: (said: Said) => void, changed: () => void,
 *   lost: (reason: string) => void }} Owner asks one worker, that of the CPU where none is named, and is told what changes
 */

/** Milliseconds of drawing that are spent on each device to measure a model. */
const BUDGET = 200;

/** After what a person waits for, and before what else is on the screen. */
const PRIORITY = 1.5;

/** Where in the browser's storage the figures are. */
const KEPT = 'pushforward-devices';

export class Gpu {
  #info;
  #insisted;
  #base;
  #engine;
  #owner;
  /** The workers, by their modules; each is started when a model needs it. @type {Map<Name, Remote>} */
  #remotes = new Map();
  /** Who is told of their signs of life. @type {Set<() => void>} */
  #signs = new Set();
  /** By models. @type {Record<string, Times>} */
  #times;
  /** Models that are being measured, or have been. @type {Set<string>} */
  #considered = new Set();
  /** Models that are drawn here by now. @type {Set<string>} */
  #drawn = new Set();

  /**
   * @param {DeviceInfo} info the adapter
   * @param {boolean} insisted whether it draws everything, however fast
   * @param {string} base where the engine's files lie, if not beside these modules
   * @param {Engine} engine
   * @param {Owner} owner
   */
  constructor(info, insisted, base, engine, owner) {
    this.#info = info;
    this.#insisted = insisted;
    this.#base = base;
    this.#engine = engine;
    this.#owner = owner;
    this.#times = recall(this.#name);
  }

  /** The workers that there are. */
  get remotes() {
    return [...this.#remotes.values()];
  }

  /** Whether anything has been drawn here that somebody asked for. */
  get drew() {
    return this.#drawn.size > 0;
  }

  /**
   * The worker that draws some models, if one here does: what runs side by side runs on one device, by one module.
   * @param {string[]} models
   */
  remoteFor(models) {
    if (!this.#insisted) return models.every((model) => this.#drawn.has(model)) ? this.#remote('plans') : null;
    return this.#remote(models.every((model) => this.#engine.functions.hasPlan(model)) ? 'plans' : 'webgpu');
  }

  /**
   * The device that draws a model, and what both took for a picture of it where that was measured.
   * @param {string} model
   * @returns {DeviceInfo}
   */
  deviceOf(model) {
    if (this.#insisted) return this.#info;
    const times = this.#times[this.#key(model)];
    const measured = times && { ...times, adapter: this.#info.adapter };
    if (this.#drawn.has(model)) return { ...this.#info, measured };
    return { backend: 'cpu', adapter: 'CPU', software: true, note: '', ...this.#stays(model), measured };
  }

  /**
   * Finds out, in an idle moment, which device draws a model faster; if it is this one, it draws it from then on.
   * @param {string} model
   */
  async consider(model) {
    if (this.#insisted || this.#considered.has(model) || this.#stays(model)) return;
    this.#considered.add(model);
    const known = this.#times[this.#key(model)];
    if (known && known.cpu <= known.webgpu) return this.#owner.changed();
    try {
      const cpu = known?.cpu ?? (await this.#probe(null, model, BUDGET));
      const remote = this.#remote('plans');
      // Without a budget it only has made what the first picture would have to wait for.
      const webgpu = await within(this.#probe(remote, model, known ? 0 : BUDGET), 'it did not draw in time', this.#signs);
      // It may have been lost meanwhile.
      if (!this.remotes.includes(remote)) return;
      if (!known) {
        this.#times[this.#key(model)] = { cpu, webgpu };
        keep(this.#name, this.#times);
      }
      if ((known?.webgpu ?? webgpu) < cpu) this.#drawn.add(model);
      this.#owner.changed();
    } catch (error) {
      if (this.#remotes.size) this.#owner.lost(/** @type {Error} */ (error).message);
    }
  }

  /** Ends the workers; returns what is unfinished. */
  end() {
    const ended = this.remotes;
    this.#remotes.clear();
    return ended.flatMap((remote) => remote.end());
  }

  /** The worker with a module, which is started if it is not there. @param {Name} name */
  #remote(name) {
    const known = this.#remotes.get(name);
    if (known) return known;
    const [remote, ready] = [new Remote(startWorkerOf(name, this.#base), this.#base), deferred()];
    this.#remotes.set(name, remote);
    remote.start(moduleAt(name, this.#base), name === 'plans' ? 'cpu' : 'webgpu', (said) => {
      for (const tell of this.#signs) tell();
      if (said.type === 'broken') this.#owner.lost(said.reason);
      else if (said.type === 'ready') ready.resolve(undefined);
      // What comes beside the page's work is no matter of whoever waits for a picture.
      else if (this.#insisted) this.#owner.hear(said);
    });
    within(ready.promise, 'the GPU adapter did not answer', this.#signs).catch((error) => {
      if (this.remotes.includes(remote)) this.#owner.lost(error.message);
    });
    return remote;
  }

  /**
   * Milliseconds of a picture.
   * @param {Remote | null} remote
   * @param {string} model
   * @param {number} budget
   */
  async #probe(remote, model, budget) {
    const latent = this.#engine.functions.gaussian(model, 0);
    const work = /** @type {const} */ ({ type: 'probe', model, precision: 'q8', latent, condition: 'any', options: {}, budget, priority: PRIORITY });
    /** @type {{ milliseconds: number }} */
    const { milliseconds } = await this.#owner.ask(remote, work);
    return milliseconds;
  }

  /** @param {string} model */
  #card(model) {
    return /** @type {Card} */ (this.#engine.cards.find(({ id }) => id === model));
  }

  /** Why a model stays on the CPU, whatever could be measured. @param {string} model */
  #stays(model) {
    // A choice that tips on another device makes another picture of the same link.
    if (this.#card(model).alternatives) return { note: 'This family chooses, and it does so on the CPU everywhere.', reason: /** @type {const} */ ({ kind: 'choices' }) };
    if (this.#engine.functions.hasPlan(model)) return null;
    return { note: 'This family has no plan for WebGPU, so the CPU draws it.', reason: /** @type {const} */ ({ kind: 'no-plan' }) };
  }

  /** @param {string} model */
  #key(model) {
    return `${model} ${this.#card(model).weights.sha256}`;
  }

  /** What the figures are of. */
  get #name() {
    return `${this.#info.adapter} ${VERSION}`;
  }
}

/**
 * The figures that an earlier visit kept of the same adapter and modules; what is kept is not believed to be more than numbers.
 * @param {string} name
 * @returns {Record<string, Times>}
 */
function recall(name) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}');
    const good = (/** @type {any} */ times) => times.cpu > 0 && times.webgpu > 0;
    if (kept.name === name) return Object.fromEntries(Object.entries(kept.times).filter(([, times]) => good(times)));
  } catch {
    // Storage may be forbidden, and what lies there spoilt.
  }
  return {};
}

/**
 * @param {string} name
 * @param {Record<string, Times>} times
 */
function keep(name, times) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ name, times }));
  } catch {
    // Then it is measured anew on the next visit.
  }
}
