// Rows of pictures beside the one, and the states that they are of: a row is an entry of the table, in the order in which they are drawn.

import { UNDRAWN } from './request.js';

/**
 * @import { Card, State } from '../pkg/index.d.ts'
 * @import { RowKind } from '../types/page.d.ts'
 */

/** Where on the way the pictures of the strip lie: nine, at eighths that a link carries exactly. */
export const STRIP = Array.from({ length: 9 }, (_, i) => i / 8);

/** How many other pictures are drawn under the same condition. */
export const MANY = 16;

/** How many pictures stand on a side of the map of the plane. */
export const MAP = 9;

/** The ways whose middles are compared. @type {State['mode'][]} */
export const HALVES = ['lerp', 'slerp'];

/** @type {RowKind} */
const many = {
  without: ['seed', 'to', 'mode', 't', 'at', 'mask', 'brush', 'swap', 'toprompt'],
  order: upTo(MANY),
  at: (state, index) => ({ ...state, seed: drawAt(state, index), t: 0, at: null, mask: '', brush: null, swap: '' }),
  // A sentence may mean many things.
  first: ({ condition }) => condition === 'prompt',
};

/** @satisfies {Record<string, RowKind>} */
export const ROWS = {
  strip: {
    without: ['t', 'at', 'draws'],
    // Coarse to fine, so that a half-filled strip already shows the way.
    order: [0, 8, 4, 2, 6, 1, 3, 5, 7],
    at: (state, index) => ({ ...state, t: STRIP[index], at: null }),
  },
  many,
  film: { ...many, moments: 12 },
  halves: {
    without: ['t', 'at', 'draws', 'mode', 'swap'],
    order: upTo(HALVES.length),
    at: (state, index) => ({ ...state, t: 0.5, at: null, mode: HALVES[index], swap: '' }),
  },
  map: {
    without: ['t', 'at', 'draws', 'mode', 'toprompt'],
    order: outwards(),
    at: (state, index, reach) => ({ ...state, at: placeOnMap(index, reach), toprompt: '' }),
  },
};

/** @typedef {keyof typeof ROWS} Row */

export const NAMES = /** @type {Row[]} */ (Object.keys(ROWS));

/**
 * The entry of a row.
 * @param {Row} row
 * @returns {RowKind}
 */
export function kindOf(row) {
  return ROWS[row];
}

/**
 * The rows in the order in which they are drawn for a model.
 * @param {Card} card
 */
export function orderFor(card) {
  const first = NAMES.filter((row) => kindOf(row).first?.(card));
  return [...first, ...NAMES.filter((row) => !first.includes(row))];
}

/**
 * What a row is of, to be compared.
 * @param {Row} row
 * @param {State} state
 */
export function rowOf(row, state) {
  return JSON.stringify({ ...state, ...UNDRAWN, ...Object.fromEntries(kindOf(row).without.map((name) => [name, null])) });
}

/**
 * The seed of one of the many.
 * @param {State} state
 * @param {number} index
 */
export function drawAt({ draws }, index) {
  return ((draws ?? 0) + index) % 2 ** 32;
}

/** The places of the map, from its middle to its corners. */
function outwards() {
  /** @param {number} index */
  const away = (index) => Math.hypot(...placeOnMap(index, 1));
  return upTo(MAP ** 2).sort((one, other) => away(one) - away(other));
}

/**
 * Where on the plane a place of the map is, in standard deviations: the middle of its square; row by row from the top left.
 * @param {number} index
 * @param {number} reach
 * @returns {[number, number]}
 */
function placeOnMap(index, reach) {
  const place = (/** @type {number} */ at) => reach * ((2 * at + 1) / MAP - 1);
  return [place(index % MAP), -place(Math.floor(index / MAP))];
}

/** @param {number} count */
function upTo(count) {
  return Array.from({ length: count }, (_, index) => index);
}
