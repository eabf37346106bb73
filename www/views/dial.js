// A slider from 0 to 1 with its number beside it.

import { fillTrack, find, number } from '../dom.js';

/**
 * @param {HTMLElement} root
 * @param {number} start
 */
export function dial(root, start) {
  const input = /** @type {HTMLInputElement} */ (find('input[type=range]', root));
  const output = find('output', root);
  input.value = String(start);
  const show = () => {
    fillTrack(input);
    output.textContent = number(input.valueAsNumber);
  };
  input.addEventListener('input', show);
  show();
  return {
    input,
    get value() {
      return input.valueAsNumber;
    },
  };
}
