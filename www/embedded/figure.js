// The frame of a figure that stands alone in somebody else's page: its view, a caption, and a sentence where something is late or failed.

import { html } from '../dom.js';
import { FRAME } from './style.js';
import { failureOf, languageOf, wordsIn } from './words.js';

/**
 * @import { Card, State } from '../../pkg/index.d.ts'
 * @import { Pushforward } from '../api.js'
 * @import { Functions } from '../engine.js'
 * @import { Stage, Standing } from '../../types/page.d.ts'
 * @typedef {{ api: Pushforward, functions: Functions, cards: Card[] }} Tools
 * @typedef {{ element: HTMLElement, root: ShadowRoot, update: (changes: Partial<State>) => void, again: () => void,
 *   fire: (type: string, detail: unknown) => void }} Owner
 */

/** The views, each in a module of its own. */
const VIEWS = {
  plane: () => import('./plane.js'),
  many: () => import('./many.js'),
  way: () => import('./way.js'),
  race: () => import('./race.js'),
};

/** What the controls of a figure do by keys. */
const KEYS = { slider: /^(Arrow|Page|Home$|End$)/, button: /^(Enter| )$/ };

/** A page whose own keys turn slides cannot see which of them a figure has taken. @param {KeyboardEvent} event */
function keep(event) {
  const control = /** @type {Element} */ (event.target).matches('button') ? 'button' : 'slider';
  if (KEYS[control].test(event.key)) event.stopPropagation();
}

const STILL = matchMedia('(prefers-reduced-motion: reduce)');

export class Figure {
  #owner;
  #name;
  #frame = html('figure');
  #body = html('div', { class: 'body' });
  #said = html('span', { role: 'status' });
  #again = html('button', { type: 'button', hidden: true });
  #actions = html('span', { class: 'actions' });
  /** @type {Standing | null} */
  #view = null;
  /** What the view was built for. */
  #of = '';
  /** The element's own style. @type {CSSStyleSheet[]} */
  #sheets = [];
  #api = new EventTarget();
  /** Counts what was asked for, so that what takes long knows whether it still is. */
  #turn = 0;
  #words = wordsIn('en');
  /** The link that was drawn last. */
  #drawn = '';

  /**
   * @param {string} name of the view
   * @param {Owner} owner
   */
  constructor(name, owner) {
    this.#owner = owner;
    this.#name = /** @type {keyof typeof VIEWS} */ (name);
    this.#frame.className = name;
    this.#frame.append(this.#body, html('figcaption', {}, this.#said, this.#again, this.#actions));
    this.#again.addEventListener('click', () => {
      this.#say(this.#words.loading());
      owner.again();
    });
    this.#sheets = owner.root.adoptedStyleSheets;
    owner.root.adoptedStyleSheets = [...this.#sheets, FRAME];
    owner.root.replaceChildren(this.#frame);
    this.#frame.addEventListener('keydown', keep);
    this.wait();
  }

  /** Says that it is on its way. */
  wait() {
    const { element } = this.#owner;
    const language = languageOf(element);
    const label = element.getAttribute('aria-label');
    if (label) this.#frame.setAttribute('aria-label', label);
    this.#words = wordsIn(language);
    this.#frame.lang = language === 'zh' ? 'zh-Hans' : language;
    this.#busy(true);
    if (!this.#view) this.#say(this.#words.loading());
  }

  /**
   * Shows a state.
   * @param {State} state
   * @param {Tools} tools
   * @param {boolean} [moving] whether a hand is at work
   */
  async show(state, tools, moving = false) {
    const { element, root } = this.#owner;
    const card = /** @type {Card} */ (tools.cards.find(({ id }) => id === state.model));
    const of = JSON.stringify([state.model, this.#frame.lang, element.getAttribute('models')]);
    const turn = ++this.#turn;
    if (of !== this.#of) {
      this.#view?.rest();
      const { mount, STYLE } = await VIEWS[this.#name]();
      if (turn !== this.#turn) return;
      this.#of = of;
      root.adoptedStyleSheets = [...this.#sheets, FRAME, STYLE];
      this.#frame.classList.toggle('coloured', card.image.channels > 1);
      this.#body.replaceChildren();
      this.#actions.replaceChildren();
      this.#view = mount(this.#stage(card, tools));
    }
    this.#listen(tools.api);
    this.#busy(true);
    this.#view?.show(state, moving);
  }

  /** Gives up what is not there yet: nobody looks, or it is gone. */
  rest() {
    this.#turn++;
    this.#view?.rest();
    this.#api.removeEventListener('progress', this.#progress);
    this.#busy(false);
  }

  /** Says what went wrong, and offers to try again. @param {unknown} error */
  fail(error) {
    this.rest();
    this.#say(failureOf(error, this.#words));
    this.#again.textContent = this.#words.tryAgain;
    this.#again.hidden = false;
    this.#owner.fire('error', error);
  }

  /**
   * @param {Card} card
   * @param {Tools} tools
   * @returns {Stage}
   */
  #stage(card, tools) {
    const { element, fire, update } = this.#owner;
    return {
      ...tools,
      card,
      element,
      fire,
      update,
      words: this.#words,
      body: this.#body,
      actions: this.#actions,
      calm: () => STILL.matches,
      say: (text) => this.#say(text),
      drawn: (state, text) => {
        this.#busy(false);
        this.#say(text);
        const link = tools.functions.writeLink(state);
        // Whoever comes back to it sees what was there.
        if (link !== this.#drawn) fire('draw', link);
        this.#drawn = link;
      },
      failed: (error) => this.fail(error),
    };
  }

  /** @param {string} text */
  #say(text) {
    this.#again.hidden = true;
    // What is said already is not announced again.
    if (this.#said.textContent !== text) this.#said.textContent = text;
  }

  /** @param {EventTarget} api */
  #listen(api) {
    this.#api.removeEventListener('progress', this.#progress);
    this.#api = api;
    api.addEventListener('progress', this.#progress);
  }

  #progress = (/** @type {Event} */ event) => {
    const { received, total } = /** @type {CustomEvent<import('../../pkg/index.d.ts').Progress>} */ (event).detail;
    if (this.#owner.element.ariaBusy && total && received < total) this.#say(this.#words.loading(Math.floor((100 * received) / total)));
  };

  /** @param {boolean} busy */
  #busy(busy) {
    if (busy) this.#owner.element.setAttribute('aria-busy', 'true');
    else this.#owner.element.removeAttribute('aria-busy');
  }
}
