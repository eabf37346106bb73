// The Gaussian, cut by the plane through the origin and both ends: contours, shell, the way, and the point to drag.

import { line, number, set, svg } from '../dom.js';
import { STRIP } from '../painter.js';

/** Half the side of the drawn square, in standard deviations. */
const REACH = 6.2;
const STEP = 0.1;
const LEAP = 0.5;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountPlane(root, { store, functions }) {
  const dimension = store.card.latent.shape.reduce((product, length) => product * length, 1);
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
      'aria-label': 'The point: arrow keys move it, shift for bigger steps, Home and End go to A and B',
      'aria-roledescription': 'point of the plane',
      'aria-valuemin': -REACH,
      'aria-valuemax': REACH,
    },
    svg('circle', { class: 'grip', r: 0.62 }),
    svg('circle', { class: 'halo', r: 0.36 }),
    svg('circle', { class: 'dot', r: 0.21 }),
  );
  const drawing = svg(
    'svg',
    { viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}` },
    ...backdrop(functions, dimension),
    // Latent coordinates have y upwards.
    svg('g', { transform: 'scale(1 -1)' }, chord, arc, ticks, spoke, ends.a, ends.b, point),
  );
  root.querySelector('.stage')?.append(drawing);

  let drawn = '';
  /** Where on the plane each t of the way is. @type {(t: number) => ArrayLike<number>} */
  let onTheWay = () => [0, 0];
  /** @type {[number, number]} */
  let here = [0, 0];

  /** What changes with the ends. */
  function drawEnds() {
    const { model, seed, to, mode } = store.value;
    const a = functions.gaussian(model, seed);
    const b = functions.gaussian(model, to);
    const plane = new functions.Plane(a, b);
    // The plane is flat: what is between two of its points is known from their coordinates alone.
    const [from, end] = [plane.coordinates(a), plane.coordinates(b)];
    plane.free();
    /** @param {number} t @param {'lerp' | 'slerp'} along */
    const way = (t, along) => functions.interpolate(from, end, t, along);
    onTheWay = (t) => way(t, mode);
    const fine = Array.from({ length: 65 }, (_, i) => i / 64);
    set(chord, { d: line([from, end]), class: mode === 'lerp' ? 'way' : 'other' });
    set(arc, { d: line(fine.map((t) => way(t, 'slerp'))), class: mode === 'slerp' ? 'way' : 'other' });
    const inner = STRIP.slice(1, -1).map(onTheWay);
    ticks.replaceChildren(...inner.map(({ 0: cx, 1: cy }) => svg('circle', { cx, cy, r: 0.07 })));
    move(ends.a, from);
    move(ends.b, end);
  }

  function draw() {
    const { model, seed, to, mode, t, at } = store.value;
    const ends = [model, seed, to, mode].join();
    if (ends !== drawn) drawEnds();
    drawn = ends;
    const { 0: x, 1: y } = at ?? onTheWay(t);
    here = [x, y];
    // A link may lie beyond the drawing: the point then stands at its edge, in the right direction.
    const shrink = Math.min(1, (REACH - 0.4) / Math.max(Math.abs(x), Math.abs(y)));
    move(point, [x * shrink, y * shrink]);
    set(spoke, { x2: x * shrink, y2: y * shrink });
    set(point, {
      'aria-valuenow': x,
      'aria-valuetext': `${number(x)} across, ${number(y)} up, ${number(Math.hypot(x, y))} from the origin`,
    });
  }

  /** @param {number} x @param {number} y */
  function go(x, y) {
    const { min = -REACH, max = REACH } = store.properties.get('at') ?? {};
    const clamp = (/** @type {number} */ v) => Math.min(Math.max(v, min, -REACH), max, REACH);
    store.update({ at: [clamp(x), clamp(y)] });
  }

  /** @param {MouseEvent} event */
  function goTo(event) {
    const box = drawing.getBoundingClientRect();
    const scale = (2 * REACH) / box.width;
    go((event.clientX - box.left) * scale - REACH, REACH - (event.clientY - box.top) * scale);
  }

  drag(drawing, point, goTo);
  point.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === 'Home') store.update({ t: 0 });
    else if (event.key === 'End') store.update({ t: 1 });
    else if (arrow) {
      const step = event.shiftKey ? LEAP : STEP;
      go(here[0] + arrow[0] * step, here[1] + arrow[1] * step);
    } else return;
    event.preventDefault();
  });
  store.watch(draw);
}

/**
 * What does not depend on the state: where the Gaussian is dense, and where its draws are.
 * @param {import('../engine.js').Functions} functions
 * @param {number} dimension
 */
function backdrop({ normalDensity, chiDensity }, dimension) {
  const radius = REACH * Math.SQRT2;
  const typical = Math.sqrt(dimension);
  const most = chiDensity(Math.sqrt(dimension - 1), dimension);
  /** @param {string} id @param {(r: number) => number} opacity */
  const gradient = (id, opacity) =>
    svg(
      'radialGradient',
      { id, gradientUnits: 'userSpaceOnUse', cx: 0, cy: 0, r: radius },
      ...Array.from({ length: 61 }, (_, i) => svg('stop', { offset: i / 60, 'stop-opacity': opacity((i / 60) * radius) })),
    );
  const square = { x: -REACH, y: -REACH, width: 2 * REACH, height: 2 * REACH };
  return [
    svg(
      'defs',
      {},
      gradient('density', (r) => normalDensity(r) / normalDensity(0)),
      gradient('shell', (r) => chiDensity(r, dimension) / most),
    ),
    svg('rect', { ...square, class: 'shell', fill: 'url(#shell)' }),
    svg('rect', { ...square, class: 'density', fill: 'url(#density)' }),
    ...[1, 2, 3].map((r) => svg('circle', { r, class: 'contour' })),
    svg('circle', { r: typical, class: 'typical' }),
    svg('path', { class: 'origin', d: 'M-.12 0H.12M0-.12V.12' }),
    ...[1, 2, 3].map((r) => svg('text', { class: 'label', x: 0, y: r + 0.33 }, `${r}σ`)),
    svg('text', { class: 'label strong', x: 0, y: typical + 1.02 }, `the ring: |z| ≈ √${dimension} = ${number(typical, 0)}`),
  ];
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
function drag(drawing, point, goTo) {
  let dragging = false;
  drawing.addEventListener('pointerdown', (event) => {
    const held = point.contains(/** @type {Node} */ (event.target));
    if (event.button !== 0 || (event.pointerType === 'touch' && !held)) return;
    dragging = true;
    drawing.setPointerCapture(event.pointerId);
    drawing.classList.add('dragging');
    point.focus({ preventScroll: true });
    event.preventDefault();
    if (!held) goTo(event);
  });
  drawing.addEventListener('pointermove', (event) => dragging && goTo(event));
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    drawing.addEventListener(type, () => {
      dragging = false;
      drawing.classList.remove('dragging');
    });
  }
  drawing.addEventListener('click', (event) => {
    const tap = /** @type {PointerEvent} */ (event).pointerType === 'touch';
    if (tap && !point.contains(/** @type {Node} */ (event.target))) goTo(event);
  });
  // Only the point itself keeps a finger from scrolling the page.
  point.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
}
