// What can be chosen about the way from noise to picture: a control for each one that the model's card has.

import { fillTrack, find, html } from '../dom.js';
import { term } from '../term.js';
import { words } from '../words.js';

/**
 * @import { Range, Sampler } from '../../pkg/index.d.ts'
 * @import { Context } from '../main.js'
 * @typedef {{ name: 'steps' | 'guidance' | 'temperature', digits: number, logarithmic: boolean, known?: string }} Dial `known`: its entry in the glossary
 */

/** @type {Dial[]} */
const DIALS = [
  { name: 'steps', digits: 0, logarithmic: true },
  { name: 'guidance', digits: 1, logarithmic: false, known: 'guidance' },
  { name: 'temperature', digits: 2, logarithmic: false, known: 'temperature' },
];

/** Places on a slider. */
const PLACES = 1000;

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export function mount(root, context) {
  const title = find('h2', root);
  context.store.watchModel(({ controls }) => {
    /** @type {{ element: HTMLElement, show: () => void }[]} */
    const shown = [];
    for (const kind of DIALS) {
      const range = controls[kind.name];
      if (range) shown.push(dial(kind, range, context));
    }
    if (controls.samplers?.length) shown.push(samplers(controls.samplers, context));
    root.replaceChildren(title, ...shown.map(({ element }) => element));
    return () => shown.forEach(({ show }) => show());
  });
}

/**
 * A slider, on a logarithmic scale where small numbers matter most.
 * @param {Dial} dial
 * @param {Range} range
 * @param {Context} context
 */
function dial({ name, digits, logarithmic, known }, { min, max }, { store }) {
  const [label, help] = [words.controls[name], store.help(name)];
  const input = html('input', { type: 'range', min: 0, max: PLACES, 'aria-label': label, title: help });
  const output = html('output', {});
  const step = 10 ** -digits;
  /** @param {number} value */
  const tidy = (value) => Math.max(min, Math.min(max, Number(value.toFixed(digits))));
  /** @param {number} place from 0 to 1 */
  const valueAt = (place) => tidy(logarithmic ? min * (max / min) ** place : min + (max - min) * place);
  /** @param {number} value */
  const placeOf = (value) => (logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min));
  const value = () => store.value[name] ?? min;
  input.addEventListener('input', () => store.update({ [name]: valueAt(input.valueAsNumber / PLACES) }));
  // A place on the slider is less than a step of the value: arrows go by the value.
  input.addEventListener('keydown', (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    store.update({ [name]: tidy(value() + way * step * (event.shiftKey ? 10 : 1)) });
  });
  const show = () => {
    const place = placeOf(value());
    // Where nothing is asked for, there is nothing to insist on.
    input.disabled = name === 'guidance' && store.condition === 'any';
    input.valueAsNumber = place * PLACES;
    fillTrack(input);
    output.textContent = value().toFixed(digits);
    input.setAttribute('aria-valuetext', name === 'steps' ? words.controls.countOfSteps(value().toFixed(digits)) : value().toFixed(digits));
  };
  return { element: html('label', { class: 'dial', 'data-control': name }, html('span', {}, known ? term(known, label) : label), input, output), show };
}

/**
 * @param {Sampler[]} known
 * @param {Context} context
 */
function samplers(known, { store }) {
  const choices = html('div', { class: 'modes' });
  const inputs = known.map((sampler) => {
    const input = html('input', { type: 'radio', name: 'sampler', value: sampler });
    input.addEventListener('change', () => store.update({ sampler }));
    choices.append(html('label', {}, input, html('span', {}, words.controls.samplers[sampler] ?? sampler)));
    return input;
  });
  const name = html('span', {}, term('sampler', words.controls.sampler));
  const element = html('fieldset', { class: 'dial samplers', 'data-control': 'sampler', title: store.help('sampler') }, html('legend', { class: 'hidden' }, words.controls.sampler), name, choices);
  return { element, show: () => inputs.forEach((input) => (input.checked = input.value === store.value.sampler)) };
}
