// The state of the page: one object, of exactly the properties that a link carries.

/**
 * @import { Card, State } from '../pkg/index.d.ts'
 * @import { Functions } from './engine.js'
 * @import { Property } from '../pushforward.js'
 */

/** Fires `change` after every change. */
export class Store extends EventTarget {
  #functions;
  /** @type {State} */
  #value;
  /** What went wrong while reading the link that the page was opened with. @type {string[]} */
  messages;

  /**
   * @param {Functions} functions
   * @param {string} fragment
   */
  constructor(functions, fragment) {
    super();
    this.#functions = functions;
    /** The one table that links, controls and defaults come from. @type {Map<keyof State, Property>} */
    this.properties = new Map(functions.properties().map((property) => [property.name, property]));
    const { state, messages } = functions.parseLink(fragment);
    this.#value = functions.canonical(state);
    this.messages = messages;
  }

  get value() {
    return this.#value;
  }

  /** The fragment that draws this state, without '#'. */
  get link() {
    return this.#functions.writeLink(this.#value);
  }

  /** The card of the model that draws. @returns {Card} */
  get card() {
    const card = this.#functions.cards().find(({ id }) => id === this.#value.model);
    if (!card) throw new Error(`no card for ${this.#value.model}`);
    return card;
  }

  /** What the model is asked for. @returns {import('../pkg/index.d.ts').Condition} */
  get condition() {
    return this.#value.class === 'any' ? 'any' : { class: this.#value.class };
  }

  /** The class's name, for a person. */
  get className() {
    return this.#value.class === 'any' ? 'anything' : this.card.classes[this.#value.class];
  }

  /**
   * Changes some properties; throws and changes nothing if one cannot be.
   * Whoever moves along the way between the ends leaves the free point.
   * @param {Partial<State>} changes
   */
  update(changes) {
    const onTheWay = ['seed', 'to', 't', 'mode'].some((name) => name in changes);
    this.#replace({ ...this.#value, ...(onTheWay && { at: null }), ...changes });
  }

  /**
   * Takes the state of a link; returns what was wrong with it.
   * @param {string} fragment
   */
  read(fragment) {
    const { state, messages } = this.#functions.parseLink(fragment);
    this.#replace(state);
    return messages;
  }

  /**
   * What is drawn is what the link will carry, to the last digit.
   * @param {State} state
   */
  #replace(state) {
    const before = this.link;
    this.#value = this.#functions.canonical(state);
    if (this.link !== before) this.dispatchEvent(new Event('change'));
  }
}
