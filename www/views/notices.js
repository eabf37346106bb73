// Messages to the visitor: what was wrong, what was done about it, and a button where something can be tried again.

import { html } from '../dom.js';
import { words } from '../words.js';

/** @typedef {{ label: string, act: () => void }} Action */

export class Notices {
  #root;
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /**
   * One message a subject: a newer one takes the place of the older.
   * @param {string} subject
   * @param {string} message
   * @param {Action} [action]
   */
  show(subject, message, action) {
    this.hide(subject);
    const notice = html('div', { class: 'notice' }, html('p', {}, message));
    if (action) {
      const button = html('button', { type: 'button', class: 'solid' }, action.label);
      button.addEventListener('click', action.act);
      notice.append(button);
    }
    const close = html('button', { type: 'button', class: 'close', 'aria-label': words.dismiss }, '×');
    close.addEventListener('click', () => this.hide(subject));
    notice.append(close);
    this.#shown.set(subject, notice);
    this.#root.append(notice);
  }

  /**
   * @param {string} subject
   * @param {import('../../pushforward.js').Replaced[]} messages
   */
  showAll(subject, messages) {
    if (messages.length === 0) this.hide(subject);
    else this.show(subject, messages.some(isWrong) ? [words.badLink, ...messages.map(said)].join(' ') : messages.map(said).join(' '));
  }

  /** @param {string} subject */
  hide(subject) {
    this.#shown.get(subject)?.remove();
    this.#shown.delete(subject);
  }
}

/**
 * Whether a link says what it cannot, and is not just older than the weights.
 * @param {import('../../pushforward.js').Replaced} replaced
 */
function isWrong({ name }) {
  return name !== 'version';
}

/** @param {import('../../pushforward.js').Replaced} replaced */
function said(replaced) {
  return isWrong(replaced) ? words.replaced(replaced) : words.version(replaced.got, replaced.expected.of);
}
