// <push-forward model="vae-fashion" seed="42" of-class="3">: a picture in a page of one's own. Its attributes are the
// properties of a link; it draws when it is first seen, and anew when they change.

import pushforward, { Pushforward } from './api.js';
import { paint } from './dom.js';
import { loadEngine } from './engine.js';
import { folderAt } from './files.js';
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

/** Properties of links that are none of a picture's: in HTML, lang says in which language something is, and tour and lessons are the page's. */
const FOREIGN = ['lang', 'tour', 'show', 'lock', 'task', 'goal'];

/** The properties that can be attributes. @param {import('./engine.js').Functions} functions */
function namesOf(functions) {
  return functions.properties().map(({ name }) => name).filter((name) => !FOREIGN.includes(name));
}

/** By where the engine's files lie: elements share it. @type {Map<string, Pushforward>} */
const engines = new Map([['', pushforward]]);

/** @param {string} base */
function engineAt(base) {
  const engine = engines.get(base) ?? new Pushforward({ base });
  engines.set(base, engine);
  return engine;
}

/** On a server there are no elements, and importing this does nothing. */
const Element = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/**
 * What a picture shows, in the card's own words.
 * @param {import('../pkg/index.d.ts').State} state
 * @param {import('../pkg/index.d.ts').Card} card
 */
function labelOf({ class: index, prompt }, { name, classes }) {
  const said = prompt || (index === 'any' ? '' : classes[index]);
  return said ? `${said} (${name})` : `A generated picture (${name})`;
}

/**
 * Fires `draw` (detail: its link) when the picture is there, `message` (detail: what of the attributes could not be used)
 * and `error` (detail: the error).
 */
export class PushForwardElement extends Element {
  #label = '';
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
      const base = this.getAttribute('base') ?? '';
      const { functions, cards } = await loadEngine(folderAt(base));
      const attributeFilter = namesOf(functions).map(attributeOf);
      if (this.isConnected) this.#changes.observe(this, { attributeFilter });
      this.#draw(engineAt(base), functions, cards);
    } catch (error) {
      this.#fire('error', error);
    }
  }

  /**
   * @param {Pushforward} api
   * @param {import('./engine.js').Functions} functions
   * @param {import('../pkg/index.d.ts').Card[]} cards
   */
  async #draw(api, functions, cards) {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.setAttribute('aria-busy', 'true');
    try {
      const { state, messages } = functions.parseLink(this.#fragment(functions));
      if (messages.length > 0) this.#fire('message', messages.map(({ text }) => text));
      const { state: value, link } = functions.settle(state);
      const { image } = await api.generate({ ...requestOf(value, functions), onFrame: (image) => paint(this.#canvas, image), signal });
      paint(this.#canvas, image);
      if (!this.hasAttribute('role')) this.setAttribute('role', 'img');
      this.#name(labelOf(value, /** @type {import('../pkg/index.d.ts').Card} */ (cards.find(({ id }) => id === value.model))));
      this.#fire('draw', link);
    } catch (error) {
      if (!signal.aborted) this.#fire('error', error);
    } finally {
      if (!signal.aborted) this.removeAttribute('aria-busy');
    }
  }

  /** A label that somebody else gave it stays. @param {string} label */
  #name(label) {
    const given = this.getAttribute('aria-label');
    if (given !== null && given !== this.#label) return;
    this.#label = label;
    this.setAttribute('aria-label', label);
  }

  /** What the attributes say, as a link. @param {import('./engine.js').Functions} functions */
  #fragment(functions) {
    const said = namesOf(functions).flatMap((name) => {
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

globalThis.customElements?.define('push-forward', PushForwardElement);
