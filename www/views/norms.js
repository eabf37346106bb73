// A lesson to touch: how long the point is on the straight way and on the arc, beside how long draws are, and what a map makes of it.

import { dimensionOf } from '../card.js';
import { fillTrack, find, line, number, paint, set, svg } from '../dom.js';
import { Way } from '../place.js';
import { HALVES } from '../rows.js';
import { late } from '../later.js';

const WIDTH = 420;
const HEIGHT = 200;
const LEFT = 30;
const FLOOR = HEIGHT - 18;
const TOP = 8;

/** Points of a curve. */
const FINE = Array.from({ length: 49 }, (_, i) => i / 48);

/** Standard deviations of the length of draws that are shown above the mean: it is about the root of a half for every dimension. */
const ABOVE = 4;

/** A fraction of draws that a map has hardly learnt from. */
const RARE = 0.01;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, functions, painter }) {
  const caption = find('figcaption', root);
  const radius = /** @type {HTMLInputElement} */ (find('input[type=range]', root));
  const output = find('output', root);
  const halves = HALVES.map((mode) => ({ mode, canvas: /** @type {HTMLCanvasElement} */ (find(`.half.${mode} canvas`, root)) }));
  const way = new Way(functions);

  // Two pictures more are drawn only while somebody can see them.
  new IntersectionObserver(([{ isIntersecting }]) => painter.watch('halves', isIntersecting)).observe(root);
  painter.addEventListener('halves', (event) => {
    const { index, image } = /** @type {CustomEvent<{ index: number, image: ImageData }>} */ (event).detail;
    const { canvas, mode } = halves[index];
    paint(canvas, image);
    canvas.classList.remove('stale');
    canvas.setAttribute('aria-label', late.norms.half(mode));
  });
  painter.addEventListener('stale', (event) => {
    if (/** @type {CustomEvent} */ (event).detail === 'halves') halves.forEach(({ canvas }) => canvas.classList.add('stale'));
  });

  radius.addEventListener('input', () => {
    const { 0: x, 1: y } = way.here(store.value);
    const length = Math.hypot(x, y);
    // The origin lies in no direction: from there the way goes on towards A.
    const [across, up] = length > 0 ? [x / length, y / length] : [1, 0];
    store.update({ at: [across * radius.valueAsNumber, up * radius.valueAsNumber] });
  });

  store.watchModel((card) => {
    const dimension = dimensionOf(card);
    set(radius, { min: 0, max: store.reach, step: store.reach / 400 });
    halves.forEach(({ canvas }) => set(canvas, { width: card.image.width, height: card.image.height }));
    const { drawing, draw } = chart(functions, dimension);
    find('.chart', root).replaceChildren(drawing);
    return () => {
      const { value } = store;
      const lengths = (/** @type {'lerp' | 'slerp'} */ mode) => FINE.map((t) => norm(way.at(value, t, mode)));
      const here = norm(way.here(value));
      draw(lengths('lerp'), lengths('slerp'), value.at ? null : value.t, here);
      const [straight, arc] = HALVES.map((mode) => norm(way.at(value, 0.5, mode)));
      const shorter = shareBelow(functions, straight, dimension);
      caption.textContent = late.norms.said(number(straight, 1), number(arc, 1), share(shorter), shorter < RARE);
      radius.valueAsNumber = here;
      fillTrack(radius);
      output.textContent = number(here, 1);
      radius.setAttribute('aria-valuetext', number(here, 1));
    };
  });
}

/**
 * The fraction of draws that are shorter.
 * @param {import('../engine.js').Functions} functions
 * @param {number} length
 * @param {number} dimension
 */
function shareBelow({ statistics }, length, dimension) {
  const z = new Float32Array(dimension);
  z[0] = length;
  return statistics(z).chiCdf;
}

/** @param {ArrayLike<number>} place */
function norm({ 0: x, 1: y }) {
  return Math.hypot(x, y);
}

/** @param {number} fraction */
function share(fraction) {
  const percent = 100 * fraction;
  if (percent < 0.01) return '< 0.01 %';
  return `${number(percent, percent < 1 ? 2 : 0)} %`;
}

/**
 * @param {import('../engine.js').Functions} functions
 * @param {number} dimension
 */
function chart({ chiDensity }, dimension) {
  const longest = Math.sqrt(dimension) + ABOVE * Math.SQRT1_2;
  /** @param {number} t */
  const x = (t) => LEFT + t * (WIDTH - LEFT - 8);
  /** @param {number} r */
  const y = (r) => FLOOR - (Math.min(r, longest) / longest) * (FLOOR - TOP);
  const most = chiDensity(Math.sqrt(Math.max(dimension - 1, 0)), dimension);
  const bands = Math.min(400, Math.ceil(longest * 12));
  const shell = Array.from({ length: bands }, (_, i) => {
    const r = ((i + 0.5) / bands) * longest;
    return svg('rect', { x: LEFT, width: WIDTH - LEFT - 8, y: y(r + longest / bands / 2), height: y(0) - y(longest / bands) + 0.3, opacity: 0.75 * (chiDensity(r, dimension) / most) });
  });
  const curves = { lerp: svg('path', { class: 'curve lerp' }), slerp: svg('path', { class: 'curve slerp' }) };
  const dot = svg('circle', { class: 'dot', r: 5 });
  const labels = { lerp: svg('text', { class: 'label strong' }, late.norms.lerp), slerp: svg('text', { class: 'label strong' }, late.norms.slerp) };
  const every = [1, 2, 5, 10, 20].find((every) => longest / every <= 6) ?? 20;
  const ticks = Array.from({ length: Math.floor(longest / every) + 1 }, (_, i) => i * every);
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': late.norms.chart },
    svg('g', { class: 'shells' }, ...shell),
    ...ticks.map((r) => svg('text', { class: 'label side', x: LEFT - 6, y: y(r) + 3 }, String(r))),
    svg('path', { class: 'axis', d: `M${LEFT} ${FLOOR}H${WIDTH - 8}` }),
    svg('text', { class: 'label strong', x: x(0), y: HEIGHT - 4 }, 'A'),
    svg('text', { class: 'label strong', x: x(1), y: HEIGHT - 4 }, 'B'),
    svg('text', { class: 'label', x: x(0.5), y: HEIGHT - 4 }, late.norms.axis(dimension)),
    curves.slerp,
    curves.lerp,
    labels.slerp,
    labels.lerp,
    dot,
  );
  /**
   * @param {number[]} straight
   * @param {number[]} arc
   * @param {number | null} t where the point is on the way; nowhere on it if null
   * @param {number} here
   */
  function draw(straight, arc, t, here) {
    for (const [mode, lengths] of /** @type {const} */ ([['lerp', straight], ['slerp', arc]])) {
      set(curves[mode], { d: line(lengths.map((length, i) => [x(FINE[i]), y(length)])) });
      const middle = y(lengths[FINE.length >> 1]);
      set(labels[mode], { x: x(0.5), y: mode === 'lerp' ? Math.min(middle + 15, FLOOR - 4) : Math.max(middle - 7, TOP + 8) });
    }
    set(dot, { cx: x(t ?? 0.5), cy: y(here), visibility: t === null ? 'hidden' : 'visible' });
  }
  return { drawing, draw };
}
