// All coordinates of a vector latent as bars, with those of both ends as ticks; any of them can be taken from B.

import { dimensionOf, gridOf } from '../card.js';
import { find, number, set, subscript, svg } from '../dom.js';
import { words } from '../words.js';

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
export function mount(root, { store, functions }) {
  const back = find('figcaption button', root);
  back.addEventListener('click', () => store.update({ swap: '' }));
  store.watchModel((card) => {
    if (gridOf(card)) return;
    const dimension = dimensionOf(card);
    const { drawing, columns } = chart(dimension);
    find('.stage', root).replaceChildren(drawing);
    /** @param {number} index */
    const swap = (index) => {
      const mask = functions.unpackMask(store.value.swap, dimension);
      mask[index] = mask[index] ? 0 : 1;
      store.update({ swap: mask.some(Boolean) ? functions.packMask(mask) : '' });
    };
    choose(drawing, columns.map(({ column }) => column), swap);
    return () => {
      const { model, seed, to, swap: swapped } = store.value;
      const mask = functions.unpackMask(swapped, dimension);
      const z = store.latent;
      const a = functions.gaussian(model, seed);
      const b = functions.gaussian(model, to);
      back.hidden = swapped === '';
      columns.forEach(({ x, pitch, bar, ticks, column }, i) => {
        const [top, bottom] = [y(Math.max(0, z[i])), y(Math.min(0, z[i]))];
        set(bar, { y: top, height: Math.max(bottom - top, 0.5) });
        set(ticks.a, { d: `M${x + pitch * 0.12} ${y(a[i])}h${pitch * 0.76}` });
        set(ticks.b, { d: `M${x + pitch * 0.12} ${y(b[i])}h${pitch * 0.76}` });
        const said = words.bars.coordinate(subscript(i + 1), number(z[i]), number(b[i]), Boolean(mask[i]));
        set(column, { 'aria-selected': String(Boolean(mask[i])), 'aria-label': said });
        title(column).textContent = said;
      });
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
    const ticks = { a: svg('path', { class: 'tick a' }), b: svg('path', { class: 'tick b' }) };
    const ground = svg('rect', { class: 'ground', x, width: pitch, height: HEIGHT - FOOT });
    const column = svg('g', { class: 'column', role: 'option', id: `coordinate-${i}` }, svg('title'), ground, bar, ticks.a, ticks.b);
    return { x, pitch, bar, ticks, column };
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'listbox', 'aria-multiselectable': 'true', tabindex: 0, 'aria-label': words.bars.label },
    ...[-2, 2].map((value) => svg('path', { class: 'guide', d: `M0 ${y(value)}H${WIDTH}` })),
    svg('path', { class: 'axis', d: `M0 ${y(0)}H${WIDTH}` }),
    ...columns.map(({ column }) => column),
    ...columns.flatMap(({ x }, i) =>
      i % every === 0 ? [svg('text', { class: 'label', x: Math.max(x + pitch / 2, 5), y: HEIGHT - 2 }, `z${subscript(i + 1)}`)] : [],
    ),
    svg('text', { class: 'label side', x: WIDTH, y: y(2) - 3 }, '+2'),
    svg('text', { class: 'label side', x: WIDTH, y: y(-2) + 11 }, '−2'),
  );
  return { drawing, columns };
}

/** @param {SVGGElement} column */
function title(column) {
  return /** @type {SVGTitleElement} */ (column.firstElementChild);
}

/**
 * One of the columns is chosen by pointer or by keys.
 * @param {SVGSVGElement} drawing
 * @param {SVGGElement[]} columns
 * @param {(index: number) => void} chosen
 */
function choose(drawing, columns, chosen) {
  let current = 0;
  /** @param {number} index */
  function goTo(index) {
    columns[current].classList.remove('current');
    current = Math.max(0, Math.min(columns.length - 1, index));
    columns[current].classList.add('current');
    drawing.setAttribute('aria-activedescendant', columns[current].id);
  }
  columns.forEach((column, index) => {
    column.addEventListener('click', () => {
      goTo(index);
      chosen(index);
    });
  });
  drawing.addEventListener('focus', () => goTo(current));
  drawing.addEventListener('keydown', (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (way) goTo(current + way);
    else if (event.key === ' ' || event.key === 'Enter') chosen(current);
    else return;
    event.preventDefault();
  });
}
