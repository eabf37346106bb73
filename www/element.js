// <push-forward model="vae-fashion" seed="42" of-class="3">: a picture in a page of one's own, or with `view` a figure to work with. Its
// attributes are the properties of a link; it draws when it is first seen, and anew when they change.

import pushforward, { Pushforward } from './api.js';
import { paint } from './dom.js';
import { Asked, attributeOf, namesOf } from './embedded/asked.js';
import { loadEngine } from './engine.js';
import { notOneOf } from './errors.js';
import { folderAt } from './files.js';
import { requestOf } from './request.js';

/**
 * @import { Card, State } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 * @import { Figure } from './embedded/figure.js'
 * @typedef {{ api: Pushforward, functions: Functions, cards: Card[] }} Tools
 */

const STYLE = `
:host { display: inline-block; width: 168px; aspect-ratio: 1; background: #0b0b0d; }
:host(:is([view='many'], [view='way'])) { width: 420px; max-width: 100%; }
:host(:is([view='plane'], [view='race'])) { width: 600px; max-width: 100%; aspect-ratio: 1.5; }
:host([hidden]) { display: none; }
canvas { display: block; width: 100%; height: 100%; image-rendering: pixelated; }`;

/** What can be seen; all but the picture are fetched when they are asked for. */
const VIEWS = ['picture', 'plane', 'many', 'way', 'race'];

/** What a figure depends on beside its state. */
const AROUND = ['lang', 'models'];

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
 * @param {State} state
 * @param {Card} card
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
  #root = this.attachShadow({ mode: 'open' });
  #sheet = new CSSStyleSheet();
  #controller = new AbortController();
  #asked = new Asked(this);
  /** The value of `view` that it has taken up. @type {string | null} */
  #view = null;
  /** What there is instead of the picture. @type {Figure | null} */
  #figure = null;
  /** @type {Tools | null} */
  #tools = null;
  /** @type {State | null} */
  #state = null;
  #link = '';
  /** What that was read from, as a link. @type {string | null} */
  #read = null;
  /** Counts its beginnings, of which only the last goes on. */
  #turn = 0;
  #seen = new IntersectionObserver((entries) => {
    this.#sight = entries[entries.length - 1].isIntersecting;
    if (this.#sight) this.#begin();
    else this.#rest();
  });
  /** Whether somebody sees it; a picture, once seen, counts as seen. */
  #sight = false;
  #changes = new MutationObserver((records) => {
    for (const { target, attributeName } of records) {
      if (target === this && attributeName) this.#asked.renew(attributeName);
    }
    this.#begin();
  });

  constructor() {
    super();
    this.#sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [this.#sheet];
    this.#root.append(this.#canvas);
  }

  /** The link of what it shows: its attributes and what a hand has changed since; empty before the engine is here. */
  get link() {
    return this.#link;
  }

  /** Goes to a link; an attribute counts again when it changes. */
  set link(link) {
    this.#asked.follow(String(link));
    if (!this.#tools) return;
    this.#settle(this.#tools.functions);
    this.#begin();
  }

  connectedCallback() {
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
    this.#changes.disconnect();
    this.#controller.abort();
    this.#sight = false;
    this.#rest();
  }

  #rest() {
    this.#turn++;
    this.#figure?.rest();
  }

  async #begin() {
    const turn = ++this.#turn;
    if (!this.#sight) return;
    try {
      const { Figure } = this.#choose() ? await import('./embedded/figure.js') : { Figure: null };
      if (turn !== this.#turn) return;
      if (Figure) this.#figure ??= this.#framed(Figure);
      else this.#seen.disconnect();
      this.#figure?.wait();
      const base = this.getAttribute('base') ?? '';
      const { functions, cards } = await loadEngine(folderAt(base));
      if (turn !== this.#turn) return;
      this.#tools = { api: engineAt(base), functions, cards };
      this.#changes.observe(this, { attributeFilter: ['view', ...namesOf(functions).map(attributeOf), ...(Figure ? AROUND : [])] });
      if (Figure) this.#changes.observe(document.documentElement, { attributeFilter: ['lang'] });
      const state = this.#settle(functions);
      if (this.#figure) await this.#figure.show(state, this.#tools);
      else await this.#draw(state, this.#tools);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (this.#figure) this.#figure.fail(error);
      else this.#fire('error', error);
    }
  }

  /** Takes up the view that is asked for; whether it is a figure. */
  #choose() {
    const asked = this.getAttribute('view') || 'picture';
    const known = VIEWS.includes(asked);
    if (asked !== this.#view) {
      if (!known) this.#fire('message', [notOneOf('view', VIEWS, asked).message]);
      this.#view = asked;
      this.#figure?.rest();
      this.#figure = null;
      this.#controller.abort();
      this.#root.adoptedStyleSheets = [this.#sheet];
      this.#root.replaceChildren(this.#canvas);
      // Unless it was given a name, the one that it has is the picture's.
      if (this.#label && this.getAttribute('aria-label') === this.#label) for (const name of ['aria-label', 'role']) this.removeAttribute(name);
      this.#seen.observe(this);
    }
    return known && asked !== 'picture';
  }

  /** @param {typeof import('./embedded/figure.js').Figure} Figure */
  #framed(Figure) {
    return new Figure(this.#view ?? '', {
      element: this,
      root: this.#root,
      again: () => this.#begin(),
      fire: (type, detail) => this.#fire(type, detail),
      update: (changes) => this.#update(changes),
    });
  }

  /** A hand changes what is shown. @param {Partial<State>} changes */
  #update(changes) {
    if (!this.#tools || !this.#state) return;
    const { functions } = this.#tools;
    ({ state: this.#state, link: this.#link } = this.#asked.change(functions, this.#state, changes));
    this.#read = this.#asked.fragment(functions);
    this.#figure?.show(this.#state, this.#tools, true);
  }

  /** Reads what is asked for, and says once what of it could not be used. @param {Functions} functions */
  #settle(functions) {
    const fragment = this.#asked.fragment(functions);
    if (fragment !== this.#read || !this.#state) {
      const { state, messages } = functions.parseLink(fragment);
      const said = messages.filter(({ name }) => name !== 'version' || this.#asked.isDated).map(({ text }) => text);
      if (said.length > 0) this.#fire('message', said);
      ({ state: this.#state, link: this.#link } = functions.settle(state));
      this.#read = fragment;
    }
    return this.#state;
  }

  /**
   * @param {State} state
   * @param {Tools} tools
   */
  async #draw(state, { api, functions, cards }) {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    const link = this.#link;
    this.setAttribute('aria-busy', 'true');
    try {
      const { image } = await api.generate({ ...requestOf(state, functions), onFrame: (image) => paint(this.#canvas, image), signal });
      paint(this.#canvas, image);
      if (!this.hasAttribute('role')) this.setAttribute('role', 'img');
      this.#name(labelOf(state, /** @type {Card} */ (cards.find(({ id }) => id === state.model))));
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

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

globalThis.customElements?.define('push-forward', PushForwardElement);
