// What an element is asked for, as a link: by its attributes or by a link that it was given, and by what was changed since.

import { moved, ON_THE_PATH } from '../place.js';
import { UNDRAWN } from '../request.js';

/**
 * @import { State } from '../../pkg/index.d.ts'
 * @import { Functions } from '../engine.js'
 */

/** Properties of links that are none of a figure's: in HTML, lang says in which language something is; the others are the page's. */
const FOREIGN = Object.keys(UNDRAWN);

/** In HTML, class and style are something else. */
const PREFIX = 'of-';

/**
 * What a property of links is called as an attribute.
 * @param {string} name
 */
export function attributeOf(name) {
  return name === 'class' || name === 'style' ? PREFIX + name : name;
}

/** The properties that can be attributes. @param {Functions} functions @returns {string[]} */
export function namesOf(functions) {
  return functions.properties().map(({ name }) => String(name)).filter((name) => !FOREIGN.includes(name));
}

/**
 * The values of a link by their names, as it writes them.
 * @param {string} link
 * @returns {Map<string, string>}
 */
function pairsOf(link) {
  const said = link.slice(link.indexOf('#') + 1).split('&').map((pair) => /** @type {[string, string]} */ (pair.split(/=(.*)/s, 2)));
  return new Map(said.filter(([, value]) => value !== undefined));
}

export class Asked {
  #element;
  /** Where it was given a link, what that says; else the attributes count. @type {Map<string, string> | null} */
  #link = null;
  /** What was changed since, as links write it; null where it is as by default. @type {Map<string, string | null>} */
  #since = new Map();

  /** @param {Element} element */
  constructor(element) {
    this.#element = element;
  }

  /** Goes to a link, a whole address or its fragment. @param {string} link */
  follow(link) {
    this.#link = pairsOf(link);
    this.#since.clear();
  }

  /** Whether it says which weights it was made with: attributes that do not are written by hand. */
  get isDated() {
    return this.#link !== null || this.#attribute('version') !== null;
  }

  /** An attribute has changed: it counts again. @param {string} attribute */
  renew(attribute) {
    const name = attribute.startsWith(PREFIX) ? attribute.slice(PREFIX.length) : attribute;
    this.#since.set(name, this.#attribute(name));
    if (ON_THE_PATH.some((other) => other === name)) this.#since.set('at', this.#attribute('at'));
  }

  /**
   * Changes a state by hand; returns the new one.
   * @param {Functions} functions
   * @param {State} state
   * @param {Partial<State>} by
   */
  change(functions, state, by) {
    const changes = moved(by);
    const settled = functions.settle({ ...state, ...changes });
    const said = pairsOf(settled.link);
    for (const name of Object.keys(changes)) this.#since.set(name, said.get(name) ?? null);
    return settled;
  }

  /** All of it, as a link. @param {Functions} functions */
  fragment(functions) {
    const said = namesOf(functions).flatMap((name) => {
      const value = this.#since.has(name) ? this.#since.get(name) : this.#link ? this.#link.get(name) : this.#attribute(name);
      return value === null || value === undefined ? [] : [`${name}=${value}`];
    });
    return said.join('&');
  }

  /** @param {string} name */
  #attribute(name) {
    const value = this.#element.getAttribute(attributeOf(name));
    return value === null ? null : encodeURIComponent(value);
  }
}
