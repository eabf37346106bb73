// A slider along the path from A to B.

import { html } from './dom.js';

/**
 * @param {import('../pushforward.js').Property | undefined} property
 * @param {string} label
 * @param {() => number} here
 * @param {(t: number) => void} go
 */
export function rail(property, label, here, go) {
  const input = html('input', { type: 'range', min: property?.min ?? 0, max: property?.max ?? 1, step: property?.step ?? 0.001, 'aria-label': label });
  // The browser's own arrow step, a thousandth, would be a long walk.
  input.addEventListener('keydown', (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    go(Math.min(1, Math.max(0, here() + way * (event.shiftKey ? 0.1 : 0.01))));
  });
  input.addEventListener('input', () => go(input.valueAsNumber));
  return input;
}
