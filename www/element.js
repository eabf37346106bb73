// <push-forward model="vae-fashion" seed="42" of-class="3">: a picture in a page of one's own. Its attributes are the
// properties of a link; it draws when it is first seen, and anew when they change.

import pushforward from './api.js';
import { paint } from './dom.js';
import { loadEngine } from './engine.js';
import { requestOf } from './request.js';

const STYLE = `
:host { display: inline-block; width: 168px; aspect-ratio: 1; background: #0b0b0d; }
:host([hidden]) { display: none; }
canvas { display: block; width: 100%; height: 100%; image-rendering: pixelated; }`;

/**
 * What a property of links is called here: in HTML, class and style are something else.
 * @param {string} name
 */
function attributeOf(name) {
  return name === 'class' || name === 'style' ? `of-${name}` : name;
}

/**
 * Fires `draw` (detail: its link) when the picture is there, `message` (detail: what of the attributes could not be used)
 * and `error` (detail: the error).
 */
export class PushForwardElement extends HTMLElement {
  #canvas = document.createElement('canvas');
  #controller = new AbortController();
  #seen = new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) this.#begin();
  });
  #changes = new MutationObserver(() => this.#begin());

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.append(this.#canvas);
  }

  connectedCallback() {
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
    this.#changes.disconnect();
    this.#controller.abort();
  }

  async #begin() {
    this.#seen.disconnect();
    try {
      const { functions } = await loadEngine();
      const attributeFilter = functions.properties().map(({ name }) => attributeOf(name));
      if (this.isConnected) this.#changes.observe(this, { attributeFilter });
      this.#draw(functions);
    } catch (error) {
      this.#fire('error', error);
    }
  }

  /** @param {import('./engine.js').Functions} functions */
  async #draw(functions) {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.setAttribute('aria-busy', 'true');
    try {
      const { state, messages } = functions.parseLink(this.#fragment(functions));
      if (messages.length > 0) this.#fire('message', messages.map(({ text }) => text));
      const value = functions.canonical(state);
      const { image } = await pushforward.generate({ ...requestOf(value, functions), onFrame: (image) => paint(this.#canvas, image), signal });
      paint(this.#canvas, image);
      if (!this.hasAttribute('role')) this.setAttribute('role', 'img');
      if (!this.hasAttribute('aria-label')) this.setAttribute('aria-label', 'A generated picture');
      this.#fire('draw', functions.writeLink(value));
    } catch (error) {
      if (!signal.aborted) this.#fire('error', error);
    } finally {
      if (!signal.aborted) this.removeAttribute('aria-busy');
    }
  }

  /** What the attributes say, as a link. @param {import('./engine.js').Functions} functions */
  #fragment(functions) {
    const names = functions.properties().map(({ name }) => name);
    const said = names.flatMap((name) => {
      const value = this.getAttribute(attributeOf(name));
      return value === null ? [] : [`${name}=${encodeURIComponent(value)}`];
    });
    return said.join('&');
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define('push-forward', PushForwardElement);
