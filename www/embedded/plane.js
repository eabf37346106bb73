// The plane through the origin, A and B: a point of it to drag, over the Gaussian that samples come from, and its picture beside it.

import { dimensionOf, reachOf } from '../card.js';
import { chart } from '../chart.js';
import { find, html, number, set } from '../dom.js';
import { latentOf } from '../request.js';
import { Drawing } from './drawing.js';
import { sheet } from './style.js';
import { captionOf, placeOf, subjectOf } from './words.js';

/** @import { Stage, Standing } from '../../types/page.d.ts' */

/** What a finger hits, in pixels. */
const FINGER = 44;

export const STYLE = sheet(`
.body { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 12px; }
svg { display: block; flex: 3 1 240px; min-width: 0; border: 1px solid var(--hair); border-radius: 4px; background: var(--raised); cursor: crosshair; touch-action: manipulation; }
canvas { flex: 1 1 140px; max-width: 200px; min-width: 0; }
#density stop { stop-color: var(--ink); }
#shell stop { stop-color: var(--shell); }
.density { opacity: 0.22; }
.shell { opacity: var(--shell-strength); }
.contour, .typical { fill: none; stroke: var(--ink); stroke-width: 0.02; opacity: 0.35; }
.typical { stroke-width: 0.035; stroke-dasharray: 0.02 0.14; stroke-linecap: round; opacity: 0.8; }
.origin { stroke: var(--ink); stroke-width: 0.03; }
.label { fill: var(--soft); font-size: 0.46px; text-anchor: middle; }
.strong { fill: var(--ink); font-size: 0.52px; }
path.way, path.other { fill: none; }
path.way { stroke: var(--mid); stroke-width: 0.09; stroke-linecap: round; }
path.other { stroke: var(--ink); stroke-width: 0.03; stroke-dasharray: 0.1 0.12; opacity: 0.5; }
.ticks circle { fill: var(--raised); stroke: var(--mid); stroke-width: 0.05; }
.spoke { stroke: var(--ink); stroke-width: 0.025; opacity: 0.5; }
.end text { fill: var(--on-end); font-size: 0.42px; font-weight: 700; text-anchor: middle; }
.end.a circle { fill: var(--a); }
.end.b circle { fill: var(--b); }
.point { cursor: grab; outline: none; touch-action: none; }
.dragging, .dragging .point { cursor: grabbing; }
.grip { fill: transparent; }
.halo { fill: var(--raised); stroke: var(--ink); stroke-width: 0.07; }
.point .dot { fill: var(--ink); }
.point:hover .halo { stroke-width: 0.11; }
.point:focus-visible .halo { stroke: var(--b); stroke-width: 0.16; }`);

/**
 * @param {Stage} stage
 * @returns {Standing}
 */
export function mount(stage) {
  const { body, card, functions, update, words } = stage;
  const { width, height } = card.image;
  const canvas = html('canvas', { width, height, role: 'img', 'aria-label': words.loading() });
  const dimension = dimensionOf(card);
  const typical = number(Math.sqrt(dimension), 1);
  const farthest = functions.properties().find(({ name }) => name === 'at')?.max ?? Infinity;
  /** @type {ReturnType<typeof chart> | null} */
  let drawn = null;
  // However small the drawing, the point is as large as a finger.
  const fitting = new ResizeObserver(([{ target, contentRect }]) => {
    const { width: wide } = /** @type {SVGSVGElement} */ (target).viewBox.baseVal;
    set(find('.grip', /** @type {ParentNode} */ (/** @type {unknown} */ (target))), { r: ((FINGER / 2) * wide) / contentRect.width });
  });
  /** What the drawing asks where the point is. */
  const place = { value: /** @type {import('../../pkg/index.d.ts').State} */ ({}), update };

  const drawing = new Drawing(stage, canvas, (state) => {
    const norm = number(Math.hypot(...latentOf(state, functions)), 1);
    canvas.setAttribute('aria-label', words.picture(subjectOf(state, card, words), placeOf(state, words)));
    stage.drawn(state, captionOf(state, card, words, words.plane.norm(norm, typical)));
  });

  return {
    show(state, moving) {
      place.value = state;
      drawn ??= chart(place, functions, words.plane, dimension, reachOf(card, farthest));
      if (!body.firstChild) body.append(drawn.drawing, canvas);
      fitting.observe(drawn.drawing);
      drawn.draw();
      drawing.show(state, moving);
    },
    rest() {
      fitting.disconnect();
      drawing.rest();
    },
  };
}
