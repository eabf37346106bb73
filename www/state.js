// The state of the page: one object, of exactly the properties that a link carries.

import { reachOf } from './card.js';
import { moved } from './place.js';
import { conditionOf, latentOf } from './request.js';
import { askedBy } from './usual.js';
import { words } from './words.js';

/**
 * @import { Card, State } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 * @import { Property } from '../pushforward.js'
 */

/** Rolled seeds stay below this: a link with short seeds is one that people can read to each other. */
const DICE = 100_000;

/**
 * The names that a property lists.
 * @param {string} list with commas between them
 */
export function namesIn(list) {
  return list ? list.split(',') : [];
}

/** A seed at random. */
export function rolled() {
  return crypto.getRandomValues(new Uint32Array(1))[0] % DICE;
}

/** Fires `change` after every change; views, which need not draw more often than the screen does, `watch` instead. */
export class Store extends EventTarget {
  #functions;
  #cards;
  /** @type {State} */
  #value;
  #link;
  /** What went wrong while reading the link that the page was opened with. @type {import('../pushforward.js').Replaced[]} */
  messages;

  /**
   * @param {Functions} functions
   * @param {Card[]} cards
   * @param {string} fragment
   */
  constructor(functions, cards, fragment) {
    super();
    this.#functions = functions;
    /** The one table that links, controls and defaults come from. @type {Map<keyof State, Property>} */
    this.properties = new Map(functions.properties().map((property) => [property.name, property]));
    const { state, messages } = functions.parseLink(askedBy(fragment));
    ({ state: this.#value, link: this.#link } = functions.settle(state));
    /** The link of the state that was read last. */
    this.opened = this.#link;
    this.#cards = cards;
    this.messages = messages;
  }

  get value() {
    return this.#value;
  }

  /** The fragment that draws this state, without '#'. */
  get link() {
    return this.#link;
  }

  /** The card of the model that draws. @returns {Card} */
  get card() {
    const card = this.#cards.find(({ id }) => id === this.#value.model);
    if (!card) throw new Error(`no card for ${this.#value.model}`);
    return card;
  }

  /** Whether it is a lesson's: one that shows, keeps, asks or wants something. */
  get inLesson() {
    const { show, lock, task, goal } = this.#value;
    return Boolean(show || lock || task || goal);
  }

  /** The properties that a lesson keeps as they are. @returns {string[]} */
  get locked() {
    return namesIn(this.#value.lock);
  }

  /** What the model is asked for. @returns {import('../pkg/index.d.ts').Condition} */
  get condition() {
    return conditionOf(this.#value, this.#functions);
  }

  /** The latent that is drawn; nobody writes to it. */
  get latent() {
    return latentOf(this.#value, this.#functions);
  }

  /** Every model's card. */
  get cards() {
    return this.#cards;
  }

  /** Half the side of the square of the plane that is drawn, in standard deviations. */
  get reach() {
    return reachOf(this.card, this.properties.get('at')?.max ?? Infinity);
  }

  /**
   * What a property is for, for a person.
   * @param {keyof State} name
   */
  help(name) {
    return words.help(this.properties.get(name));
  }

  /** What the picture is of, for a person. */
  get subject() {
    const { toprompt } = this.#value;
    return toprompt ? words.fromTo(this.origin, toprompt.trim()) : this.origin;
  }

  /** Where the picture is on the path, for a person. */
  get place() {
    const { at, t } = this.#value;
    const { off, at: stands, between } = words.picture;
    return at ? off : t === 0 ? stands('A') : t === 1 ? stands('B') : between(Math.round(t * 100));
  }

  /** What the picture at A is of, for a person. */
  get origin() {
    const { class: chosen, prompt } = this.#value;
    if (chosen !== 'any') return words.className(this.card.classes[chosen]);
    return prompt.trim() ? words.quoted(prompt.trim()) : words.anything;
  }

  /**
   * Shows the state now and, after changes, with the next frame of the screen.
   * @param {() => void} show
   */
  watch(show) {
    let due = 0;
    const frame = () => {
      due = 0;
      show();
    };
    this.addEventListener('change', () => (due ||= requestAnimationFrame(frame)));
    show();
  }

  /**
   * Builds what depends on the model's card, now and whenever another model is chosen; shows what was built as `watch` does.
   * It is built at the change itself: in the next frame it could wipe what has been drawn until then.
   * @param {(card: Card) => (() => void) | void} build
   */
  watchModel(build) {
    let built = this.card;
    let show = build(built);
    this.addEventListener('change', () => {
      if (this.card === built) return;
      built = this.card;
      show = build(built);
    });
    this.watch(() => show?.());
  }

  /**
   * Goes over to another model, where no lesson keeps it; what it has too stays as it is.
   * @param {string} model
   */
  choose(model) {
    if (!this.locked.includes('model')) this.#replace(this.#functions.withModel(this.#value, model));
  }

  /**
   * Changes some properties, but none that a lesson keeps; throws and changes nothing if one cannot be.
   * Whoever moves along the way between the ends leaves the free point.
   * @param {Partial<State>} changes
   */
  update(changes) {
    const { locked } = this;
    const asked = Object.entries(moved(changes));
    this.#replace({ ...this.#value, ...Object.fromEntries(asked.filter(([name]) => !locked.includes(name))) });
  }

  /**
   * Takes the state of a link; returns what was wrong with it.
   * @param {string} fragment
   */
  read(fragment) {
    const { state, messages } = this.#functions.parseLink(askedBy(fragment));
    this.#replace(state);
    this.opened = this.#link;
    return messages;
  }

  /**
   * What is drawn is what the link will carry, to the last digit.
   * @param {State} state
   */
  #replace(state) {
    const { state: value, link } = this.#functions.settle(state);
    if (link === this.#link) return;
    this.#value = value;
    this.#link = link;
    this.dispatchEvent(new Event('change'));
  }
}
