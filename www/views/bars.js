// All coordinates of a vector latent as bars, with those of both ends as ticks.

import { dimensionOf, gridOf } from '../card.js';
import { find, number, set, subscript, svg } from '../dom.js';

const WIDTH = 320;
const HEIGHT = 120;
const REACH = 3.2;
const FOOT = 16;
const MIDDLE = (HEIGHT - FOOT) / 2;

/** Labels stand at every fifth coordinate, or at every tenth, fifteenth … where there are many. */
const LABELS = 16;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountBars(root, { store, functions }) {
  store.watchModel((card) => {
    root.hidden = gridOf(card) !== null;
    if (root.hidden) return;
    const { drawing, columns } = chart(dimensionOf(card));
    find('.stage', root).replaceChildren(drawing);
    return () => {
      const { model, seed, to } = store.value;
      const z = functions.stateLatent(store.value);
      const a = functions.gaussian(model, seed);
      const b = functions.gaussian(model, to);
      columns.forEach(({ x, pitch, bar, ticks }, i) => {
        const [top, bottom] = [y(Math.max(0, z[i])), y(Math.min(0, z[i]))];
        set(bar, { y: top, height: Math.max(bottom - top, 0.5) });
        set(ticks.a, { d: `M${x + pitch * 0.12} ${y(a[i])}h${pitch * 0.76}` });
        set(ticks.b, { d: `M${x + pitch * 0.12} ${y(b[i])}h${pitch * 0.76}` });
      });
      set(drawing, { 'aria-label': `The coordinates of the point: ${Array.from(z, (value) => number(value, 1)).join(', ')}` });
    };
  });
}

/** @param {number} value */
function y(value) {
  return MIDDLE - (Math.max(-REACH, Math.min(REACH, value)) / REACH) * (MIDDLE - 2);
}

/**
 * Axes, and a bar with two ticks for each coordinate.
 * @param {number} dimension
 */
function chart(dimension) {
  const pitch = WIDTH / dimension;
  const every = 5 * Math.ceil(dimension / 5 / LABELS);
  const columns = Array.from({ length: dimension }, (_, i) => {
    const x = i * pitch;
    const bar = svg('rect', { class: 'bar', x: x + pitch * 0.3, width: pitch * 0.4 });
    return { x, pitch, bar, ticks: { a: svg('path', { class: 'tick a' }), b: svg('path', { class: 'tick b' }) } };
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' },
    ...[-2, 2].map((value) => svg('path', { class: 'guide', d: `M0 ${y(value)}H${WIDTH}` })),
    svg('path', { class: 'axis', d: `M0 ${y(0)}H${WIDTH}` }),
    ...columns.flatMap(({ bar, ticks }) => [bar, ticks.a, ticks.b]),
    ...columns.flatMap(({ x }, i) =>
      i % every === 0 ? [svg('text', { class: 'label', x: Math.max(x + pitch / 2, 5), y: HEIGHT - 2 }, `z${subscript(i + 1)}`)] : [],
    ),
    svg('text', { class: 'label side', x: WIDTH, y: y(2) - 3 }, '+2'),
    svg('text', { class: 'label side', x: WIDTH, y: y(-2) + 11 }, '−2'),
  );
  return { drawing, columns };
}
