// All coordinates of the latent as bars, with those of both ends as ticks.

import { find, number, set, svg } from '../dom.js';

const WIDTH = 320;
const HEIGHT = 132;
const REACH = 3.2;
const FOOT = 16;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountBars(root, { store, functions }) {
  const dimension = store.card.latent.shape.reduce((product, length) => product * length, 1);
  const pitch = WIDTH / dimension;
  const middle = (HEIGHT - FOOT) / 2;
  /** @param {number} value */
  const y = (value) => middle - (Math.max(-REACH, Math.min(REACH, value)) / REACH) * (middle - 2);
  const columns = Array.from({ length: dimension }, (_, i) => {
    const x = i * pitch;
    const bar = svg('rect', { class: 'bar', x: x + pitch * 0.3, width: pitch * 0.4 });
    const a = svg('path', { class: 'tick a' });
    const b = svg('path', { class: 'tick b' });
    return { x, bar, a, b };
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' },
    ...[-2, 2].map((value) => svg('path', { class: 'guide', d: `M0 ${y(value)}H${WIDTH}` })),
    svg('path', { class: 'axis', d: `M0 ${y(0)}H${WIDTH}` }),
    ...columns.flatMap(({ bar, a, b }) => [bar, a, b]),
    ...columns.flatMap(({ x }, i) =>
      i % 5 === 0 ? [svg('text', { class: 'label', x: x + pitch / 2, y: HEIGHT - 2 }, `z${subscript(i + 1)}`)] : [],
    ),
    svg('text', { class: 'label side', x: WIDTH, y: y(2) - 3 }, '+2'),
    svg('text', { class: 'label side', x: WIDTH, y: y(-2) + 11 }, '−2'),
  );
  find('.stage', root).append(drawing);

  function draw() {
    const { model, seed, to } = store.value;
    const z = functions.stateLatent(store.value);
    const a = functions.gaussian(model, seed);
    const b = functions.gaussian(model, to);
    columns.forEach((column, i) => {
      const [top, bottom] = [y(Math.max(0, z[i])), y(Math.min(0, z[i]))];
      set(column.bar, { y: top, height: Math.max(bottom - top, 0.5) });
      set(column.a, { d: `M${column.x + pitch * 0.12} ${y(a[i])}h${pitch * 0.76}` });
      set(column.b, { d: `M${column.x + pitch * 0.12} ${y(b[i])}h${pitch * 0.76}` });
    });
    set(drawing, { 'aria-label': `The coordinates of the point: ${Array.from(z, (value) => number(value, 1)).join(', ')}` });
  }
  store.watch(draw);
}

/** @param {number} index */
function subscript(index) {
  return String(index).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}
