// A compute worker as the page sees it: what it was asked for, and what it says.

import { unpack } from './errors.js';
import { sourcesAt } from './files.js';

/** @import { Request, Said } from '../types/page.d.ts' */

export class Remote {
  #worker;
  /** @type {Map<number, Request>} */
  #unfinished = new Map();
  /** @type {((said: Said) => void) | null} */
  #listener = null;
  /** What it said before anybody listened. @type {Said[]} */
  #early = [];

  /**
   * @param {Worker} worker
   * @param {string} base where the models lie, if not beside these modules
   * @param {string} [first] the model whose weights are fetched at once
   */
  constructor(worker, base, first) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#hear({ type: 'broken', reason: event.message || 'its worker could not be started' });
    };
    worker.postMessage({ type: 'sources', sources: sourcesAt(base), first });
  }

  /**
   * Has its engine made.
   * @param {WebAssembly.Module | { url: string, integrity: string }} module
   * @param {'cpu' | 'webgpu'} backend
   * @param {(said: Said) => void} listener hears all that is not said of a request
   */
  start(module, backend, listener) {
    this.#listener = listener;
    this.#worker.postMessage({ type: 'start', module, backend });
    queueMicrotask(() => this.#early.splice(0).forEach((said) => this.#listener?.(said)));
  }

  /** @param {Request} request */
  post(request) {
    this.#unfinished.set(request.message.id, request);
    this.#worker.postMessage(request.message);
  }

  /** Whether something as urgent as that is asked of it. @param {number} priority */
  owes(priority) {
    return [...this.#unfinished.values()].some(({ message }) => message.priority <= priority);
  }

  /** Gives up a request, if it is its own. @param {number} id @param {unknown} reason */
  cancel(id, reason) {
    this.#worker.postMessage({ type: 'cancel', id });
    this.#settle(id)?.reject(reason);
  }

  /** Ends the worker; returns what is unfinished. */
  end() {
    this.#worker.terminate();
    this.#listener = null;
    const left = [...this.#unfinished.values()];
    this.#unfinished.clear();
    return left;
  }

  /** @param {Said} said */
  #hear(said) {
    if (said.type === 'done') this.#settle(said.id)?.resolve(said.value);
    else if (said.type === 'failed') this.#settle(said.id)?.reject(unpack(said.error));
    else if (said.type === 'frame') {
      const request = this.#unfinished.get(said.id);
      try {
        request?.onFrame?.({ ...said, attempt: request.attempt });
      } catch (error) {
        this.cancel(said.id, error);
      }
    } else if (this.#listener) this.#listener(said);
    else this.#early.push(said);
  }

  /** @param {number} id */
  #settle(id) {
    const request = this.#unfinished.get(id);
    this.#unfinished.delete(id);
    return request;
  }
}
