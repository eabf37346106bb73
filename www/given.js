// What a visitor gives the page: files dropped on it, pasted, or chosen. A picture that was saved here brings its state back.

import { words } from './words.js';

/** Takes a file, unless the signal says meanwhile that another one was given. @typedef {(file: File, signal: AbortSignal) => void} Taker */

/** Fires `link` (detail: the fragment of a link) for a picture that carries one, and `picture` for any other file while nobody takes it. */
export class Given extends EventTarget {
  #notices;
  /** @type {Taker | null} */
  #taker = null;
  /** @type {[file: File, signal: AbortSignal] | null} */
  #waiting = null;
  #taking = new AbortController();

  /** @param {import('./views/notices.js').Notices} notices */
  constructor(notices) {
    super();
    this.#notices = notices;
    addEventListener('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      document.documentElement.classList.add('receiving');
    });
    addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) document.documentElement.classList.remove('receiving');
    });
    addEventListener('drop', (event) => {
      document.documentElement.classList.remove('receiving');
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      this.take([...event.dataTransfer.files]);
    });
    addEventListener('paste', (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || isText(event)) return;
      event.preventDefault();
      this.take(files);
    });
  }

  /**
   * Who takes files that carry no link; the one that waits for it, too.
   * @param {Taker} taker
   */
  goTo(taker) {
    this.#taker = taker;
    if (this.#waiting) taker(...this.#waiting);
    this.#waiting = null;
  }

  /**
   * Takes the first of some files, unless others are given before it is read: the last ones count.
   * @param {File[]} files
   */
  async take([file]) {
    if (!file) return;
    this.#taking.abort();
    this.#taking = new AbortController();
    const { signal } = this.#taking;
    this.#notices.hide('given');
    try {
      const { linkOf } = await import('./reading.js').catch((error) => {
        throw new Error(words.partMissing(error.message), { cause: error });
      });
      const link = await linkOf(file);
      if (signal.aborted) return;
      // Wherever it was saved: only what says how it is drawn counts.
      if (link !== null) this.dispatchEvent(new CustomEvent('link', { detail: link.slice(link.indexOf('#') + 1) }));
      else if (this.#taker) this.#taker(file, signal);
      else {
        this.#waiting = [file, signal];
        this.dispatchEvent(new Event('picture'));
      }
    } catch (error) {
      if (!signal.aborted) this.#notices.show('given', /** @type {Error} */ (error).message);
    }
  }
}

/**
 * Whether what is pasted is the business of the field it is pasted into: cells of a spreadsheet are a text and a picture of it.
 * @param {ClipboardEvent} event
 */
function isText({ target, clipboardData }) {
  const field = target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, input:is([type=text], [type=number])'));
  return field && Boolean(clipboardData?.getData('text/plain'));
}
