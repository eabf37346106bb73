// The opening: a Gaussian cloud that is carried to a distribution, whose components are dragged. It needs no engine and no weights.

import { ARROWS, find, html, number, set, svg } from '../dom.js';
import { drag } from '../drag.js';
import { carry, spread } from '../transport.js';
import { words } from '../words.js';

/** @import { Component } from '../transport.js' */

/** What the Gaussian is carried to before anybody moves it. */
const WEIGHTS = [0.4, 0.33, 0.27];
/** @type {[number, number][]} */
const MEANS = [[-1.5, 1.1], [1.6, 0.5], [-0.1, -1.6]];
const DEVIATION = 0.42;
/** How far from the middle a component may stand, in standard deviations of the Gaussian, across and upwards. */
const REACH = [2.6, 2.1];
const STEPS = 12;
/** So many points travel, and so many of their ways are drawn. */
const POINTS = 300;
const LINES = 26;
/** How long a point takes, in milliseconds, and the share of that in which it rests at the start and at the end. */
const PERIOD = 7000;
const REST = 0.18;
/** Until somebody touches the page the components go round: how far, and how long a round takes. */
const ROUND = 0.45;
const ROUND_TIME = 11_000;
/** How far an arrow key goes, in standard deviations. */
const STEP = 0.1;
/** Milliseconds between two frames: it is not to take the time of the first picture. */
const FRAME = 30;
/** Of so many points one becomes a picture when it has arrived, so large, in pixels, as soon as a model is here. */
const EACH = 14;
const SIZE = 40;
/** It stands still until the visit is so old: on a fast device the first picture has all of it until then; on a slow line nobody waits. */
const CALM = 900;

/** @param {HTMLElement} root */
export function mountOpening(root) {
  const stage = find('.stage', root);
  const canvas = html('canvas', { 'aria-hidden': 'true' });
  const drawing = svg('svg', {});
  stage.replaceChildren(canvas, drawing);
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const play = /** @type {HTMLButtonElement} */ (find('.move', root));
  const points = spread(POINTS);
  // Not by the golden ratio, by which the points are spread: those of one phase would lie in one direction.
  const phases = points.map((_, i) => (i * 0.7548777) % 1);

  /** @type {[number, number][]} */
  const means = MEANS.map(([x, y]) => [x, y]);
  /** Of each point, its places on the way. @type {Float32Array[]} */
  let ways = [];
  let moving = !still.matches;
  let untouched = true;
  let inSight = false;
  let calm = true;
  let moved = false;
  let clock = 0;
  let before = 0;
  let frame = 0;
  let wide = 0;
  let high = 0;
  let unit = 1;
  /** Samples of a model for each component, as their levels. @type {ImageData[][]} */
  let samples = [];
  /** The same in the ink of the page. @type {OffscreenCanvas[][]} */
  let pictures = [];

  const handles = means.map((_, k) => handle(k));
  const [from, to] = ['z ∼ N(0, I)', 'x = g(z)'].map((text) => svg('text', { class: 'label' }, text));
  drawing.append(from, to, ...handles);

  /** The middles of both distributions on the drawing. */
  const left = () => 3.1 * unit;
  const right = () => wide - 3.5 * unit;

  /** @param {number} k */
  function handle(k) {
    const group = svg(
      'g',
      { class: 'component', role: 'slider', tabindex: 0, 'aria-label': words.opening.component(k + 1), 'aria-roledescription': words.opening.role, 'aria-valuemin': -REACH[0], 'aria-valuemax': REACH[0] },
      svg('circle', { class: 'grip', r: 24 }),
      svg('circle', { class: 'dot', r: 9 }),
    );
    group.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      const far = STEP * (event.shiftKey ? 5 : 1);
      go(k, means[k][0] + arrow[0] * far, means[k][1] - arrow[1] * far);
    });
    group.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
    const follow = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const box = canvas.getBoundingClientRect();
      go(k, (clientX - box.left - right()) / unit, (high / 2 - (clientY - box.top)) / unit);
    };
    drag(group, (event) => (event.preventDefault(), group.focus({ preventScroll: true }), true), follow);
    return group;
  }

  /** @param {number} k @param {number} x @param {number} y */
  function go(k, x, y) {
    untouched = false;
    means[k] = [clamp(x, REACH[0]), clamp(y, REACH[1])];
    carryAll();
    draw();
  }

  /** Where the components are now: until somebody has touched them, on their round. @returns {Component[]} */
  function mixture() {
    const turn = (2 * Math.PI * clock) / ROUND_TIME;
    if (untouched) MEANS.forEach(([x, y], k) => (means[k] = [x + ROUND * Math.sin(turn + 2 * k), y + ROUND * (Math.cos(turn + 2 * k) - 1) / 2]));
    return means.map((mean, k) => ({ mean, deviation: DEVIATION, weight: WEIGHTS[k] }));
  }

  function carryAll() {
    const components = mixture();
    ways = points.map((point) => carry(components, point, STEPS));
    handles.forEach((group, k) => {
      const [x, y] = means[k];
      set(group, { transform: `translate(${(right() + x * unit).toFixed(1)} ${(high / 2 - y * unit).toFixed(1)})`, 'aria-valuenow': x, 'aria-valuetext': words.opening.place(number(x, 1), number(y, 1)) });
    });
  }

  /** Where a point is on the drawing at time t of its way. @param {Float32Array} way @param {number} t @returns {[number, number]} */
  function at(way, t) {
    const place = t * STEPS;
    const i = Math.min(Math.floor(place), STEPS - 1);
    const share = place - i;
    const [x, y] = [0, 1].map((axis) => way[2 * i + axis] * (1 - share) + way[2 * i + 2 + axis] * share);
    return [left() + (right() - left()) * t + x * unit, high / 2 - y * unit];
  }

  /** The component that a point is carried to. @param {Float32Array} way */
  function nearest(way) {
    const far = means.map(([x, y]) => Math.hypot(way[2 * STEPS] - x, way[2 * STEPS + 1] - y));
    return far.indexOf(Math.min(...far));
  }

  function ink() {
    const colour = getComputedStyle(stage).getPropertyValue('--ink');
    pictures = samples.map((row) => row.map((image) => inked(image, colour)));
  }

  function draw() {
    const context = canvas.getContext('2d');
    if (!context || wide === 0) return;
    const style = getComputedStyle(stage);
    const [ink, accent] = ['--ink', '--mid'].map((name) => style.getPropertyValue(name));
    const scale = canvas.width / wide;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, wide, high);
    // Where both are dense: circles of one, two and three standard deviations.
    context.strokeStyle = ink;
    context.lineWidth = 1;
    context.globalAlpha = 0.14;
    for (const r of [1, 2, 3]) circle(context, left(), high / 2, r * unit);
    for (const [x, y] of means) for (const r of [1, 2]) circle(context, right() + x * unit, high / 2 - y * unit, r * DEVIATION * unit);
    context.globalAlpha = 0.16;
    for (let i = 0; i < POINTS; i += Math.floor(POINTS / LINES)) {
      context.beginPath();
      for (let step = 0; step <= STEPS; step++) context.lineTo(...at(ways[i], step / STEPS));
      context.stroke();
    }
    ways.forEach((way, i) => {
      const turn = (clock / PERIOD + phases[i]) % 1;
      // Standing still, the points are at both ends at once: where they come from, and where they are carried.
      const t = still.matches ? i % 2 : ease(Math.min(Math.max((turn - REST) / (1 - 2 * REST), 0), 1));
      const [x, y] = at(way, t);
      const arrived = i % EACH === 1 ? 2 * t - 1 : 0;
      context.globalAlpha = still.matches ? 0.8 : 0.8 * Math.min(1, turn / 0.05, (1 - turn) / 0.05);
      const picture = arrived > 0 && pictures[nearest(way)]?.[Math.floor(i / EACH) % pictures[0].length];
      if (picture) {
        const side = SIZE * arrived;
        context.drawImage(picture, x - side / 2, y - side / 2, side, side);
        return;
      }
      context.fillStyle = t > 0.5 ? accent : ink;
      context.beginPath();
      context.arc(x, y, 2.1, 0, 2 * Math.PI);
      context.fill();
    });
    context.globalAlpha = 1;
  }

  /** @param {number} now */
  function tick(now) {
    frame = 0;
    if (now - before < FRAME) return run();
    // After a pause it goes on where it was.
    clock += Math.min(now - before, 50);
    before = now;
    if (untouched) carryAll();
    draw();
    // For whoever measures when something first moves.
    if (!moved) performance.mark('moving');
    moved = true;
    run();
  }

  function run() {
    if (moving && inSight && !calm && !document.hidden) frame ||= requestAnimationFrame(tick);
  }

  function say() {
    play.textContent = moving ? words.opening.pause : words.opening.play;
  }

  /** Whoever begins to do something is not to be distracted. */
  const yielding = () => (untouched = false);
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, yielding, { once: true, capture: true });
  play.hidden = still.matches;
  still.addEventListener('change', () => {
    moving = !still.matches;
    play.hidden = still.matches;
    say();
    draw();
    run();
  });
  play.addEventListener('click', () => {
    moving = !moving;
    say();
    run();
  });
  document.addEventListener('visibilitychange', run);
  new IntersectionObserver((entries) => {
    inSight = entries.some(({ isIntersecting }) => isIntersecting);
    run();
  }).observe(stage);
  new ResizeObserver(() => {
    ({ clientWidth: wide, clientHeight: high } = stage);
    unit = Math.min(high / 6.6, wide / 13);
    const dense = Math.min(devicePixelRatio, 2);
    Object.assign(canvas, { width: Math.round(wide * dense), height: Math.round(high * dense) });
    set(drawing, { viewBox: `0 0 ${wide} ${high}` });
    set(from, { x: left(), y: high - 6 });
    set(to, { x: right(), y: high - 6 });
    carryAll();
    draw();
  }).observe(stage);
  setTimeout(() => {
    calm = false;
    run();
  }, Math.max(0, CALM - performance.now()));
  root.addEventListener('samples', (event) => {
    samples = /** @type {CustomEvent<ImageData[][]>} */ (event).detail;
    ink();
    draw();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    ink();
    draw();
  });
  say();
}

/**
 * A picture on no ground: as much of an ink as it has of light.
 * @param {ImageData} image
 * @param {string} colour
 */
function inked({ data, width, height }, colour) {
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const levels = data.map((_, i) => (i % 4 === 3 ? data[i - 1] : 0));
  context.putImageData(new ImageData(levels, width, height), 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** @param {number} value @param {number} most */
function clamp(value, most) {
  return Math.min(Math.max(value, -most), most);
}

/** Begins and ends slowly. @param {number} t */
function ease(t) {
  return t * t * (3 - 2 * t);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function circle(context, x, y, r) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.stroke();
}
