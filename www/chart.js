// A drawing of the Gaussian, cut by the plane through the origin and both ends: contours, shell, the way, and the point to drag.

import { line, number, set, svg } from './dom.js';
import { drag } from './drag.js';
import { Way } from './place.js';
import { STRIP } from './rows.js';

/**
 * @import { State } from '../pkg/index.d.ts'
 * @typedef {{ value: State, update(changes: Partial<State>): void }} Place where the point is, and how it is moved
 * @typedef {import('./words/en.js').Words['plane']} Words
 */

/** Half the side of the drawn square, in units of the drawing. */
const SIDE = 6.2;
/** How far an arrow key goes, and with shift, in units of the drawing. */
const STEP = 0.1;
const LEAP = 0.5;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {Place} store
 * @param {import('./engine.js').Functions} functions
 * @param {Pick<Words, 'point' | 'role' | 'place' | 'typicalSet'>} words
 * @param {number} dimension
 * @param {number} reach half the side of the drawn square, in standard deviations
 */
export function chart(store, functions, words, dimension, reach) {
  const unit = SIDE / reach;
  const inDrawing = (/** @type {ArrayLike<number>} */ place) => Array.from(place, (coordinate) => coordinate * unit);
  const chord = svg('path');
  const arc = svg('path');
  const ticks = svg('g', { class: 'ticks' });
  const ends = { a: end('A'), b: end('B') };
  const spoke = svg('line', { class: 'spoke', x1: 0, y1: 0 });
  const point = svg(
    'g',
    {
      class: 'point',
      role: 'slider',
      tabindex: 0,
      'aria-label': words.point,
      'aria-roledescription': words.role,
      'aria-valuemin': -reach,
      'aria-valuemax': reach,
    },
    svg('circle', { class: 'grip', r: 0.62 }),
    svg('circle', { class: 'halo', r: 0.36 }),
    svg('circle', { class: 'dot', r: 0.21 }),
  );
  const drawing = svg(
    'svg',
    { viewBox: `${-SIDE} ${-SIDE} ${2 * SIDE} ${2 * SIDE}` },
    ...backdrop(functions, words, dimension, unit),
    // Latent coordinates have y upwards.
    svg('g', { transform: 'scale(1 -1)' }, chord, arc, ticks, spoke, ends.a, ends.b, point),
  );

  const way = new Way(functions);
  let drawn = '';

  /** What changes with the ends. */
  function drawEnds() {
    const { mode } = store.value;
    const [from, end] = way.ends(store.value).map(inDrawing);
    /** @param {number} t @param {'lerp' | 'slerp'} along */
    const at = (t, along) => inDrawing(way.at(store.value, t, along));
    const fine = Array.from({ length: 65 }, (_, i) => i / 64);
    set(chord, { d: line([from, end]), class: mode === 'lerp' ? 'way' : 'other' });
    set(arc, { d: line(fine.map((t) => at(t, 'slerp'))), class: mode === 'slerp' ? 'way' : 'other' });
    const inner = STRIP.slice(1, -1).map((t) => at(t, mode));
    ticks.replaceChildren(...inner.map(({ 0: cx, 1: cy }) => svg('circle', { cx, cy, r: 0.07 })));
    move(ends.a, from);
    move(ends.b, end);
  }

  /** Where the state is now, not as it was drawn last: of two keys within a frame none may be lost. */
  function here() {
    const { model, seed, to, mode } = store.value;
    const ends = [model, seed, to, mode].join();
    if (ends !== drawn) drawEnds();
    drawn = ends;
    return inDrawing(way.here(store.value));
  }

  function draw() {
    const { 0: x, 1: y } = here();
    // A link may lie beyond the drawing: the point then stands at its edge, in the right direction.
    const shrink = Math.min(1, (SIDE - 0.4) / Math.max(Math.abs(x), Math.abs(y)));
    move(point, [x * shrink, y * shrink]);
    set(spoke, { x2: x * shrink, y2: y * shrink });
    set(point, {
      'aria-valuenow': x / unit,
      'aria-valuetext': words.place(number(x / unit), number(y / unit), number(Math.hypot(x, y) / unit)),
    });
  }

  /** @param {number} x @param {number} y */
  function go(x, y) {
    const place = (/** @type {number} */ v) => Math.min(Math.max(v / unit, -reach), reach);
    store.update({ at: [place(x), place(y)] });
  }

  /** @param {MouseEvent} event */
  function goTo(event) {
    const box = drawing.getBoundingClientRect();
    const scale = (2 * SIDE) / box.width;
    go((event.clientX - box.left) * scale - SIDE, SIDE - (event.clientY - box.top) * scale);
  }

  follow(drawing, point, goTo);
  point.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === 'Home') store.update({ t: 0 });
    else if (event.key === 'End') store.update({ t: 1 });
    else if (arrow) {
      const step = event.shiftKey ? LEAP : STEP;
      const { 0: x, 1: y } = here();
      go(x + arrow[0] * step, y + arrow[1] * step);
    } else return;
    event.preventDefault();
  });
  return { drawing, draw };
}

/**
 * What does not depend on the state: where the Gaussian is dense, and where its draws are.
 * @param {import('./engine.js').Functions} functions
 * @param {Pick<Words, 'typicalSet'>} words
 * @param {number} dimension
 * @param {number} unit
 */
function backdrop({ normalDensity, chiDensity }, words, dimension, unit) {
  const radius = SIDE * Math.SQRT2;
  const typical = Math.sqrt(dimension);
  const most = chiDensity(Math.sqrt(dimension - 1), dimension);
  // In many dimensions the typical set is a thin shell: the stops are a quarter of a standard deviation apart.
  const stops = Math.ceil((4 * radius) / unit);
  /** @param {string} id @param {(r: number) => number} opacity */
  const gradient = (id, opacity) =>
    svg(
      'radialGradient',
      { id, gradientUnits: 'userSpaceOnUse', cx: 0, cy: 0, r: radius },
      ...Array.from({ length: stops + 1 }, (_, i) =>
        svg('stop', { offset: i / stops, 'stop-opacity': opacity(((i / stops) * radius) / unit) }),
      ),
    );
  const square = { x: -SIDE, y: -SIDE, width: 2 * SIDE, height: 2 * SIDE };
  const sigmas = unit > 0.45 ? [1, 2, 3] : [3];
  return [
    svg(
      'defs',
      {},
      gradient('density', (r) => normalDensity(r) / normalDensity(0)),
      gradient('shell', (r) => chiDensity(r, dimension) / most),
    ),
    svg('rect', { ...square, class: 'shell', fill: 'url(#shell)' }),
    svg('rect', { ...square, class: 'density', fill: 'url(#density)' }),
    ...[1, 2, 3].map((r) => svg('circle', { r: r * unit, class: 'contour' })),
    svg('circle', { r: typical * unit, class: 'typical' }),
    svg('path', { class: 'origin', d: 'M-.12 0H.12M0-.12V.12' }),
    ...sigmas.map((r) => svg('text', { class: 'label', x: 0, y: r * unit + 0.33 }, `${r}σ`)),
    svg('text', { class: 'label strong', x: 0, ...caption(typical * unit) }, words.typicalSet(dimension, number(typical, 0))),
  ];
}

/**
 * Under the circle of the typical set, or where there is no room, over its foot.
 * @param {number} ring
 */
function caption(ring) {
  return { y: ring + 1.02 < SIDE - 0.2 ? ring + 1.02 : ring - 0.7 };
}

/** @param {'A' | 'B'} name */
function end(name) {
  return svg(
    'g',
    { class: `end ${name.toLowerCase()}` },
    svg('circle', { r: 0.3 }),
    svg('text', { transform: 'scale(1 -1)', y: 0.13 }, name),
  );
}

/** @param {SVGGElement} group @param {ArrayLike<number>} place */
function move(group, { 0: x, 1: y }) {
  set(group, { transform: `translate(${x.toFixed(4)} ${y.toFixed(4)})` });
}

/**
 * The point follows the pointer. A mouse may also take hold anywhere; a finger elsewhere scrolls, and a tap jumps.
 * @param {SVGSVGElement} drawing
 * @param {SVGGElement} point
 * @param {(event: MouseEvent) => void} goTo
 */
function follow(drawing, point, goTo) {
  const onPoint = (/** @type {MouseEvent} */ event) => point.contains(/** @type {Node} */ (event.target));
  /** @param {PointerEvent} event */
  const take = (event) => {
    const held = onPoint(event);
    if (event.pointerType === 'touch' && !held) return false;
    drawing.classList.add('dragging');
    point.focus({ preventScroll: true });
    event.preventDefault();
    if (!held) goTo(event);
    return true;
  };
  drag(drawing, take, goTo, () => drawing.classList.remove('dragging'));
  drawing.addEventListener('click', (event) => {
    const tap = /** @type {PointerEvent} */ (event).pointerType === 'touch';
    if (tap && !onPoint(event)) goTo(event);
  });
  // Only the point itself keeps a finger from scrolling the page.
  point.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
}
