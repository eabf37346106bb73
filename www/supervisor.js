// Keeps one compute worker alive: sends it work, and replaces it by one on the CPU when its engine breaks.

import { deferred } from './deferred.js';
import { DeviceLostError, InternalError, unpack } from './errors.js';
import { startWorker, weightsAt } from './files.js';

/**
 * @import { DeviceInfo, ErrorKind } from '../pkg/index.d.ts'
 * @import { OnFrame, Request, Work } from '../types/page.d.ts'
 */

/** An adapter that has not answered by then will not: the CPU draws instead. */
const PATIENCE = 20_000;

/** Fires `progress` (CustomEvent<Progress>) and `device` (CustomEvent<DeviceChange>). */
export class Supervisor extends EventTarget {
  /** @type {WebAssembly.Module} */
  #module;
  /** @type {string} */
  #backend;
  /** @type {string} */
  #base;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {PromiseWithResolvers<DeviceInfo> | null} */
  #device = null;
  #ready = false;
  /** Whether the CPU draws, asked for or not. */
  #onCpu = false;
  #replaced = '';
  #patience = 0;
  /** @type {Map<number, Request>} */
  #unfinished = new Map();
  #nextId = 1;

  /**
   * @param {WebAssembly.Module} module
   * @param {string} backend
   * @param {string} base where the engine's files lie, if not beside these modules
   */
  constructor(module, backend, base) {
    super();
    this.#module = module;
    this.#backend = backend;
    this.#base = base;
    this.#start();
  }

  /** The device, once it is known. */
  device() {
    if (!this.#worker) this.#start();
    return /** @type {PromiseWithResolvers<DeviceInfo>} */ (this.#device).promise;
  }

  /**
   * @param {Work} work
   * @param {{ signal?: AbortSignal, onFrame?: OnFrame }} [options]
   * @returns {Promise<any>}
   */
  request(work, { signal, onFrame } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!this.#worker) this.#start();
      const id = this.#nextId++;
      const abort = () => {
        this.#cancel(id);
        this.#settle(id, 'reject', signal?.reason);
      };
      signal?.addEventListener('abort', abort);
      const done = () => signal?.removeEventListener('abort', abort);
      this.#unfinished.set(id, {
        message: { ...work, id },
        attempt: 1,
        onFrame,
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      });
      this.#worker?.postMessage({ ...work, id });
    });
  }

  /** Ends the worker; what is unfinished rejects. */
  close() {
    this.#stop(new DOMException('The engine was closed', 'AbortError'));
  }

  #start() {
    clearTimeout(this.#patience);
    this.#worker?.terminate();
    this.#ready = false;
    // A worker that breaks before its device is known hands the same promise on to the one that replaces it.
    this.#device ??= deferred();
    this.#device.promise.catch(() => {});
    const worker = startWorker(this.#base);
    this.#worker = worker;
    // What a worker that has been given up still had to say is not heard.
    worker.onmessage = ({ data }) => worker === this.#worker && this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#broken(undefined, event.message || 'its worker could not be started');
    };
    worker.postMessage({ type: 'start', module: this.#module, backend: this.#backend, weights: weightsAt(this.#base) });
    for (const { message } of this.#unfinished.values()) worker.postMessage(message);
    if (this.#backend !== 'cpu') {
      this.#patience = setTimeout(() => this.#broken(undefined, 'the GPU adapter did not answer'), PATIENCE);
    }
  }

  /** @param {any} message */
  #hear(message) {
    const request = this.#unfinished.get(message.id);
    if (message.type === 'ready') {
      this.#arrived(message.device);
    } else if (message.type === 'progress') {
      this.dispatchEvent(new CustomEvent('progress', { detail: message }));
    } else if (message.type === 'broken') {
      this.#broken(message.id, message.reason, message.kind);
    } else if (message.type === 'done') {
      this.#settle(message.id, 'resolve', message.value);
    } else if (message.type === 'failed') {
      this.#settle(message.id, 'reject', unpack(message.error));
    } else if (message.type === 'frame' && request) {
      try {
        request.onFrame?.({ ...message, attempt: request.attempt });
      } catch (error) {
        this.#cancel(message.id);
        this.#settle(message.id, 'reject', error);
      }
    }
  }

  /** @param {DeviceInfo} info */
  #arrived(info) {
    clearTimeout(this.#patience);
    this.#ready = true;
    this.#onCpu = info.backend === 'cpu';
    const note = this.#replaced || info.note;
    const device = { ...info, note };
    this.#device?.resolve(device);
    this.dispatchEvent(new CustomEvent('device', { detail: { device, replaced: this.#replaced } }));
  }

  /**
   * The engine cannot go on. On the GPU all that is unfinished moves to the CPU; on the CPU the request that broke
   * it is given up, lest it break the next one too.
   * @param {number | undefined} id
   * @param {string} reason
   * @param {ErrorKind} [kind] of the error that it broke with
   */
  #broken(id, reason, kind) {
    if (this.#backend === 'cpu' || (this.#ready && this.#onCpu)) {
      const error = kind === 'device-lost' ? new DeviceLostError('stopped', { reason }) : new InternalError('stopped', { reason });
      if (!this.#ready || id === undefined) return this.#stop(error);
      this.#settle(id, 'reject', error);
    } else {
      this.#backend = 'cpu';
      this.#replaced = `WebGPU failed, so the CPU draws: ${reason}.`;
      if (this.#ready) this.#device = null;
    }
    // What had come of them comes anew.
    for (const request of this.#unfinished.values()) request.attempt++;
    this.#start();
  }

  /** @param {Error} error */
  #stop(error) {
    clearTimeout(this.#patience);
    this.#worker?.terminate();
    this.#worker = null;
    this.#device?.reject(error);
    this.#device = null;
    for (const id of [...this.#unfinished.keys()]) this.#settle(id, 'reject', error);
  }

  /** @param {number} id */
  #cancel(id) {
    this.#worker?.postMessage({ type: 'cancel', id });
  }

  /**
   * @param {number} id
   * @param {'resolve' | 'reject'} how
   * @param {unknown} what
   */
  #settle(id, how, what) {
    const request = this.#unfinished.get(id);
    this.#unfinished.delete(id);
    request?.[how](what);
  }
}
