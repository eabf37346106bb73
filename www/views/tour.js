// The tour: one step at a time, each done by doing what it says, while what it speaks of stands out.

import { find, html } from '../dom.js';
import { late } from '../later.js';
import { TOUR } from '../tour.js';

/** How long it is said that a step is done, in milliseconds. */
const PRAISE = 1400;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store }) {
  const { steps, count, done, back, skip, next, end, finish } = late.tour;
  const counted = html('p', { class: 'quiet' });
  const said = html('p', { 'aria-live': 'polite' });
  const button = (/** @type {string} */ name, /** @type {() => void} */ act, /** @type {string} */ kind) => {
    const made = html('button', { type: 'button', class: kind }, name);
    made.addEventListener('click', act);
    return made;
  };
  const onwards = button(skip, () => go((store.value.tour ?? 0) + 1), 'solid');
  const backwards = button(back, () => go((store.value.tour ?? 2) - 1), 'plain');
  root.replaceChildren(counted, said, html('div', { class: 'buttons' }, backwards, button(end, () => go(0), 'plain'), onwards));
  const start = /** @type {HTMLButtonElement} */ (find('#take-tour'));
  start.addEventListener('click', () => go(1));
  start.disabled = false;

  /** The step that is shown. @type {number | null} */
  let shown = null;
  /** How the page was when it began. @type {import('../tour.js').Moment} */
  let then = { state: store.value, card: store.card };
  let praising = 0;

  /** @param {number} step past either end the tour is over */
  function go(step) {
    store.update({ tour: step >= 1 && step <= TOUR.length ? step : null });
  }

  /** @param {number | null} step */
  function show(step) {
    clearTimeout(praising);
    praising = 0;
    document.querySelector('.toured')?.classList.remove('toured');
    root.hidden = step === null;
    document.documentElement.classList.toggle('touring', step !== null);
    if (step === null) return;
    const { target, model } = TOUR[step - 1];
    if (model && store.value.model !== model) store.choose(model);
    then = { state: store.value, card: store.card };
    counted.textContent = count(step, TOUR.length);
    said.textContent = steps[step - 1];
    backwards.disabled = step === 1;
    onwards.textContent = step === TOUR.length ? finish : skip;
    const place = find(target);
    place.classList.add('toured');
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    place.scrollIntoView({ block: innerWidth < 720 ? 'start' : 'center', behavior: calm ? 'auto' : 'smooth' });
  }

  function look() {
    const { tour } = store.value;
    if (tour !== shown) {
      shown = tour;
      show(tour);
      return;
    }
    if (tour === null || praising || !TOUR[tour - 1].done?.({ state: store.value, card: store.card }, then)) return;
    said.textContent = `${done} ${steps[tour - 1]}`;
    onwards.textContent = next;
    praising = setTimeout(() => go(tour + 1), PRAISE);
  }
  store.addEventListener('change', look);
  look();
}
