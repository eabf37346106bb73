// A race: the same condition and seed, drawn by several models side by side, each with its steps and its clock.

import { rivalsOf } from '../card.js';
import { html, paint, set } from '../dom.js';
import { notOneOf } from '../errors.js';
import { requestOf } from '../request.js';
import { sheet } from './style.js';
import { subjectOf } from './words.js';

/**
 * @import { Card, RaceFrame, State } from '../../pkg/index.d.ts'
 * @import { Stage, Standing } from '../../types/page.d.ts'
 * @typedef {{ card: Card, canvas: HTMLCanvasElement, row: HTMLElement, bar: HTMLElement, steps: HTMLElement, clock: HTMLElement }} Lane
 */

export const STYLE = sheet(`
ol { margin: 0; padding: 0; list-style: none; }
li { display: grid; grid-template: 'picture name clock' auto 'picture bar bar' auto 'picture steps steps' auto / 56px 1fr auto; gap: 3px 14px; align-items: center; padding: 8px 0; border-top: 1px solid var(--hair); }
li:first-child { border-top: 0; padding-top: 0; }
canvas { grid-area: picture; width: 56px; }
.name { grid-area: name; font: 1.13em/1.25 var(--serif); }
.clock { grid-area: clock; min-height: 1.45em; white-space: nowrap; }
.home .clock { font-weight: 600; }
.track { grid-area: bar; height: 6px; border-radius: 3px; background: var(--hair); overflow: hidden; }
.bar { display: block; width: 0; height: 100%; border-radius: 3px; background: var(--mid); }
.steps { grid-area: steps; min-height: 1.45em; color: var(--soft); font-size: 0.87em; }
@media (forced-colors: active) {
  .bar { background: CanvasText; }
}`);

/**
 * The models that are asked for; those that there are not become a message.
 * @param {Stage} stage
 * @returns {Card[]}
 */
function lanesOf({ card, cards, element, fire }) {
  const asked = [...new Set(element.getAttribute('models')?.split(/\s+/).filter(Boolean) ?? [])];
  const known = asked.flatMap((model) => cards.find(({ id }) => id === model) ?? []);
  const unknown = asked.filter((model) => !known.some(({ id }) => id === model));
  if (unknown.length > 0) fire('message', unknown.map((model) => notOneOf('models', cards.map(({ id }) => id), model).message));
  return known.length > 0 ? known : rivalsOf(cards, card);
}

/**
 * @param {Stage} stage
 * @returns {Standing}
 */
export function mount(stage) {
  const { actions, api, body, calm, card, functions, words } = stage;
  const lanes = lanesOf(stage).map(laneOf);
  body.append(html('ol', {}, ...lanes.map(({ row }) => row)));
  /** @type {State} */
  let now;
  /** What was raced to its end, and how that ended. */
  let over = '';
  let verdict = '';
  let controller = new AbortController();
  const start = html('button', { type: 'button' }, words.race.start);
  start.addEventListener('click', () => race(now));
  actions.append(start);

  /** @param {Card} card @returns {Lane} */
  function laneOf(card) {
    const { width, height, channels } = card.image;
    const canvas = html('canvas', { width, height, role: 'img', 'aria-label': words.model(card) });
    const [bar, steps, clock] = [html('span', { class: 'bar' }), html('span', { class: 'steps' }), html('span', { class: 'clock' })];
    const name = html('span', { class: 'name' }, words.model(card));
    const row = html('li', { class: channels > 1 ? 'coloured' : '' }, canvas, name, clock, html('span', { class: 'track' }, bar), steps);
    return { card, canvas, row, bar, steps, clock };
  }

  /** @param {State} state */
  async function race(state) {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    lanes.forEach(reset);
    set(stage.element, { 'aria-busy': 'true' });
    stage.say(words.loading());
    // Each is asked for what it knows of the state.
    const asked = lanes.map(({ card }) => functions.settle(functions.withModel(state, card.id)).state);
    let attempt = 1;
    try {
      const times = await api.race({
        lanes: asked.map((one) => requestOf(one, functions)),
        signal,
        onFrame: (lane, shown) => {
          // Begun anew: what came before is of no race.
          if (shown.attempt !== attempt) lanes.forEach(reset);
          ({ attempt } = shown);
          show(lanes[lane], shown);
        },
      });
      over = functions.writeLink(state);
      const best = times.indexOf(Math.min(...times));
      verdict = `${subjectOf(state, card, words)} · ${words.race.first(words.model(lanes[best].card), time(times[best]))}`;
      stage.drawn(state, verdict);
      start.textContent = words.race.again;
    } catch (error) {
      if (signal.aborted) return;
      lanes.forEach(reset);
      stage.failed(error);
    }
  }

  /** @param {Lane} lane */
  function reset({ canvas, row, bar, steps, clock }) {
    canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    row.classList.remove('home');
    bar.style.width = '0';
    steps.textContent = '';
    clock.textContent = '';
  }

  /**
   * @param {Lane} lane
   * @param {RaceFrame} shown
   */
  function show({ canvas, row, bar, steps, clock }, { image, step, steps: all, milliseconds }) {
    row.classList.toggle('home', step === all);
    if (step === all || !calm()) paint(canvas, image);
    bar.style.width = `${(100 * step) / all}%`;
    steps.textContent = words.race.step(step, all);
    clock.textContent = time(milliseconds);
  }

  /** @param {number} milliseconds */
  function time(milliseconds) {
    const { milliseconds: ms, seconds } = words.race;
    if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} ${seconds}`;
    return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ${ms}`;
  }

  return {
    show(state) {
      now = state;
      if (over === functions.writeLink(state)) return stage.drawn(state, verdict);
      // Whoever wants nothing to move begins it by hand.
      if (!calm()) return void race(state);
      set(stage.element, { 'aria-busy': false });
      stage.say(`${subjectOf(state, card, words)} · ${words.race.ready(lanes.length)}`);
    },
    rest: () => controller.abort(),
  };
}
