// Keeps the devices of an engine alive, and sends each piece of work to the one that does it: the CPU's worker, which is always
// there, or the GPU's (gpu.js), which comes later, if at all. What the GPU leaves unfinished, the CPU begins anew.

import { DeviceLostError, InternalError } from './errors.js';
import { startWorker } from './files.js';
import { Remote } from './remote.js';
import { within } from './within.js';

/**
 * @import { DeviceInfo } from '../pkg/index.d.ts'
 * @import { OnFrame, Request, Said, Work } from '../types/page.d.ts'
 * @import { Engine } from './engine.js'
 * @import { Gpu } from './gpu.js'
 * @typedef {{ signal?: AbortSignal, onFrame?: OnFrame }} Asked
 */

/** @type {DeviceInfo} */
const CPU = { backend: 'cpu', adapter: 'CPU', software: true, note: '' };

/** What a person waits for has this priority or one before it. */
const URGENT = 1;

/** After so many milliseconds a moment is idle. */
const REST = 200;

/** Fires `progress` (CustomEvent<Progress>) and `device` (CustomEvent<DeviceChange>). */
export class Supervisor extends EventTarget {
  /** @type {Engine} */
  #engine;
  #backend;
  #base;
  /** @type {Remote | null} */
  #cpu = null;
  #ready = false;
  /** @type {Gpu | null} */
  #gpu = null;
  /** As far as it is known. @type {DeviceInfo} */
  #info = CPU;
  /** @type {Promise<void> | null} */
  #finding = null;
  /** @type {Error | null} */
  #closed = null;
  #rest = 0;
  #nextId = 1;

  /**
   * @param {Engine} engine
   * @param {'auto' | 'webgpu' | 'cpu'} backend
   * @param {string} base where the engine's files lie, if not beside these modules
   */
  constructor(engine, backend, base) {
    super();
    this.#engine = engine;
    this.#backend = backend;
    this.#base = base;
    this.#start();
    // Where the GPU is not insisted on, it is not asked for before the first picture.
    if (backend !== 'auto') this.#find();
  }

  /**
   * The device, once it is known; of a model, the one that draws it.
   * @param {string} [model]
   * @returns {Promise<DeviceInfo>}
   */
  async device(model) {
    await this.#find();
    return (model && this.#gpu?.deviceOf(model)) || this.#info;
  }

  /**
   * @param {Work} work
   * @param {Asked} [options]
   * @returns {Promise<any>}
   */
  async request(work, { signal, onFrame } = {}) {
    if (this.#backend === 'webgpu') await this.#find();
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    const models = work.type === 'race' ? work.lanes.map(({ model }) => model) : [work.model];
    const value = await this.#ask(this.#gpu?.remoteFor(models), work, { signal, onFrame });
    this.#find();
    if (this.#backend === 'auto') this.#idle(models[0]);
    return value;
  }

  /** Ends the workers; what is unfinished rejects. */
  close() {
    this.#closed = new DOMException('The engine was closed', 'AbortError');
    this.#stop(this.#closed);
  }

  /**
   * @param {Remote | null | undefined} remote none for the CPU's
   * @param {Work} work
   * @param {Asked} [options]
   * @returns {Promise<any>}
   */
  #ask(remote, work, { signal, onFrame } = {}) {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      // Wherever it is by then.
      const abort = () => [this.#cpu, ...(this.#gpu?.remotes ?? [])].forEach((remote) => remote?.cancel(id, signal?.reason));
      signal?.addEventListener('abort', abort);
      const done = () => signal?.removeEventListener('abort', abort);
      (remote ?? this.#cpu ?? this.#start()).post({
        message: { ...work, id },
        attempt: 1,
        onFrame,
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      });
    });
  }

  /** @param {Request[]} [unfinished] what the worker before this one has left */
  #start(unfinished = []) {
    // The one that was started with the engine is for the first who needs one.
    const cpu = this.#engine.spare ?? new Remote(startWorker(this.#base), this.#base);
    this.#engine.spare = null;
    this.#cpu = cpu;
    this.#ready = false;
    cpu.start(this.#engine.module, 'cpu', (said) => this.#hear(said));
    this.#again(unfinished);
    return cpu;
  }

  /** Begins anew, on the CPU, with what another worker has left. @param {Request[]} unfinished */
  #again(unfinished) {
    for (const request of unfinished) {
      request.attempt++;
      (this.#cpu ?? this.#start()).post(request);
    }
  }

  /** @param {Said} said */
  #hear(said) {
    if (said.type === 'broken') {
      this.#broken(said);
    } else if (said.type === 'progress') {
      this.dispatchEvent(new CustomEvent('progress', { detail: said }));
    } else if (said.type === 'ready') {
      this.#ready = true;
    }
  }

  /**
   * The CPU's engine cannot go on: the request that broke it is given up, lest it break the next one too.
   * @param {Extract<Said, { type: 'broken' }>} said
   */
  #broken({ id, reason, kind }) {
    const error = kind === 'device-lost' ? new DeviceLostError('stopped', { reason }) : new InternalError('stopped', { reason });
    if (!this.#ready || id === undefined) return this.#stop(error);
    const cpu = /** @type {Remote} */ (this.#cpu);
    cpu.cancel(id, error);
    this.#start(cpu.end());
  }

  /** @param {Error} error */
  #stop(error) {
    clearTimeout(this.#rest);
    const unfinished = [this.#cpu, this.#gpu].flatMap((device) => device?.end() ?? []);
    [this.#cpu, this.#gpu] = [null, null];
    for (const { reject } of unfinished) reject(error);
  }

  /** Asks which device there is, once, and has the GPU's part fetched if it is one to draw with. */
  #find() {
    this.#finding ??= (async () => {
      try {
        const info = await within(this.#engine.functions.findDevice(this.#backend), 'the GPU adapter did not answer');
        if (info.backend === 'webgpu') {
          const { Gpu } = await import('./gpu.js');
          if (this.#closed) return;
          this.#gpu = new Gpu(info, this.#backend === 'webgpu', this.#base, this.#engine, {
            ask: (remote, work) => this.#ask(remote, work),
            hear: (said) => this.#hear(said),
            changed: () => this.#tell(),
            lost: (reason) => this.#lost(reason),
          });
        }
        this.#info = info;
        this.#tell();
      } catch (error) {
        this.#lost(/** @type {Error} */ (error).message);
      }
    })();
    return this.#finding;
  }

  /** The GPU cannot be had, or cannot go on: the CPU draws. @param {string} reason */
  #lost(reason) {
    const gpu = this.#gpu;
    this.#gpu = null;
    const note = `WebGPU failed, so the CPU draws: ${reason}.`;
    this.#info = { ...CPU, note, reason: { kind: 'failed', message: reason } };
    this.#again(gpu?.end() ?? []);
    // Whoever neither asked for it nor saw anything of it is told beside the device only.
    this.#tell(this.#backend === 'webgpu' || gpu?.drew ? note : '');
  }

  #tell(replaced = '') {
    this.dispatchEvent(new CustomEvent('device', { detail: { device: this.#info, replaced } }));
  }

  /** In a moment in which nobody waits, a model is measured. @param {string} model */
  #idle(model) {
    this.#rest ||= setTimeout(() => {
      this.#rest = 0;
      if (this.#cpu?.owes(URGENT)) this.#idle(model);
      else this.#gpu?.consider(model);
    }, REST);
  }
}
