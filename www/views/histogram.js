// The point judged as a draw: the histogram of its coordinates on N(0, 1), and its length on the chi distribution.

import { dimensionOf } from '../card.js';
import { find, line, number, set, subscript, svg } from '../dom.js';
import { words } from '../words.js';

const WIDTH = 320;
const HEIGHT = 84;
const FOOT = 15;
const FLOOR = HEIGHT - FOOT;
/** How far the axis of coordinates goes to both sides. */
const REACH = 4;
/** How far the axis of lengths goes below √d and above it: the spread about it is the same for every d. */
const BELOW = 4;
const ABOVE = 3.5;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, functions }) {
  const caption = find('figcaption', root);
  store.watchModel((card) => {
    const { elements, draw } = drawings(functions, dimensionOf(card));
    find('.stage', root).replaceChildren(...elements);
    return () => (caption.textContent = draw(store.latent));
  });
}

/**
 * The two drawings of latents of one dimension; `draw` puts a latent on them and says in words how it looks.
 * @param {import('../engine.js').Functions} functions
 * @param {number} dimension
 */
export function drawings(functions, dimension) {
  const [coordinates, length] = [coordinatesDrawing(functions), lengthDrawing(functions, dimension)];
  /** @param {Float32Array} z */
  function draw(z) {
    const statistics = functions.statistics(z);
    coordinates.draw(z, statistics);
    length.draw(statistics.norm);
    return words.histogram.said(number(statistics.norm), Math.round(statistics.chiCdf * 100));
  }
  return { elements: [coordinates.drawing, length.drawing], draw };
}

/** @param {import('../engine.js').Functions} functions */
function coordinatesDrawing({ normalDensity }) {
  /** @param {number} value */
  const x = (value) => ((value + REACH) / (2 * REACH)) * WIDTH;
  /** @param {number} density */
  const y = (density) => FLOOR - (Math.min(density, 0.8) / 0.8) * (FLOOR - 2);
  const grid = Array.from({ length: 81 }, (_, i) => -REACH + i / 10);
  const curve = line(grid.map((value) => [x(value), y(normalDensity(value))]));
  const bars = svg('g', { class: 'counts' });
  const rug = svg('path', { class: 'rug' });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words.histogram.coordinates },
    svg('path', { class: 'area', d: `${curve}V${FLOOR}H0Z` }),
    bars,
    svg('path', { class: 'curve', d: curve }),
    svg('path', { class: 'axis', d: `M0 ${FLOOR}H${WIDTH}` }),
    rug,
    ...[-3, -2, -1, 0, 1, 2, 3].map((value) => svg('text', { class: 'label', x: x(value), y: HEIGHT - 2 }, number(value, 0))),
    svg('text', { class: 'label side', x: WIDTH, y: 10 }, words.histogram.side),
  );
  /**
   * @param {Float32Array} z
   * @param {import('../../pushforward.js').Statistics} statistics
   */
  function draw(z, { histogram: { edges, density } }) {
    bars.replaceChildren(
      ...density.map((height, i) =>
        svg('rect', { x: x(edges[i]) + 0.75, y: y(height), width: x(edges[i + 1]) - x(edges[i]) - 1.5, height: FLOOR - y(height) }),
      ),
    );
    // Hundreds of lines would be a block: the bars alone then say it.
    const few = z.length <= 100 ? z : [];
    const inside = Array.from(few, (value) => Math.max(-REACH, Math.min(REACH, value)));
    set(rug, { d: inside.map((value) => `M${x(value).toFixed(2)} ${FLOOR}v4`).join('') });
  }
  return { drawing, draw };
}

/**
 * @param {import('../engine.js').Functions} functions
 * @param {number} dimension
 */
function lengthDrawing({ chiDensity }, dimension) {
  const typical = Math.sqrt(dimension);
  const [shortest, longest] = [Math.max(0, typical - BELOW), typical + ABOVE];
  /** @param {number} r */
  const x = (r) => ((Math.max(shortest, Math.min(r, longest)) - shortest) / (longest - shortest)) * WIDTH;
  /** @param {number} density */
  const y = (density) => FLOOR - (density / 0.62) * (FLOOR - 2);
  const grid = Array.from({ length: 101 }, (_, i) => shortest + (i / 100) * (longest - shortest));
  const curve = line(grid.map((r) => [x(r), y(chiDensity(r, dimension))]));
  const whole = Array.from({ length: Math.floor(longest) - Math.ceil(shortest) + 1 }, (_, i) => Math.ceil(shortest) + i);
  const marker = svg('path', { class: 'marker' });
  const dot = svg('circle', { class: 'dot', r: 4 });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words.histogram.length(dimension) },
    svg('path', { class: 'area', d: `${curve}V${FLOOR}H0Z` }),
    svg('path', { class: 'curve', d: curve }),
    svg('path', { class: 'axis', d: `M0 ${FLOOR}H${WIDTH}` }),
    ...whole.map((r) => svg('text', { class: 'label', x: Math.max(x(r), 6), y: HEIGHT - 2 }, `${r}`)),
    svg('text', { class: 'label side', x: WIDTH, y: 10 }, words.histogram.lengths(subscript(dimension))),
    marker,
    dot,
  );
  /** @param {number} norm */
  function draw(norm) {
    const top = y(chiDensity(norm, dimension));
    set(marker, { d: `M${x(norm).toFixed(2)} ${FLOOR}V${top.toFixed(2)}` });
    set(dot, { cx: x(norm), cy: top });
  }
  return { drawing, draw };
}
