// Of a family that makes one choice after the other: all choices so far as a map, and the distribution that one of them was made from.

import { gridOf } from '../card.js';
import { find, line, number, set, svg } from '../dom.js';
import { Easel } from '../easel.js';
import { late } from '../later.js';

/**
 * @import { Choices } from '../../pkg/index.d.ts'
 * @typedef {{ cumulative: Float32Array, u: number, chosen: number }} Choice
 */

const WIDTH = 320;
/** What the labels of the height take at the right. */
const SIDE = 14;
const HEIGHT = 150;
const FOOT = 16;
const FLOOR = HEIGHT - FOOT;
const TOP = 6;

/** How wide the ring is around a place, in cells. */
const RING = 1.6;

/** Neighbouring codes have colours that are far from each other: the golden angle, in degrees. */
const TURN = 137.508;

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store, painter }) {
  const easel = new Easel(root);
  const { canvas } = easel;
  const caption = find('figcaption', root);
  const { drawing, draw } = chart();
  find('.chart', root).append(drawing);
  let grid = { width: 1, height: 1 };
  let alternatives = 2;
  let coded = false;
  /** @type {Choice[]} */
  let made = [];
  let place = 0;
  /** Whether somebody has said which place is looked at. */
  let pinned = false;

  store.watchModel((card) => {
    const shape = gridOf(card);
    if (!card.alternatives || !shape) return;
    grid = shape;
    easel.renew(shape);
    alternatives = card.alternatives;
    coded = grid.width !== card.image.width;
    const { title, map } = coded ? late.choices.codes : late.choices.levels;
    find('h2 span', root).textContent = title;
    set(canvas, { width: grid.width, height: grid.height, 'aria-label': map });
    made = [];
    place = 0;
    pinned = false;
    show();
  });
  painter.addEventListener('choices', take);
  take();

  function take() {
    const steps = painter.choices.map(apart);
    made = steps.flat();
    const fresh = steps.at(-1) ?? [];
    const all = made.length === grid.width * grid.height;
    if (!pinned && made.length > 0) place = all ? openest(made) : made.length - fresh.length + openest(fresh);
    show();
  }

  function show() {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.clearRect(0, 0, grid.width, grid.height);
    made.forEach(({ chosen }, i) => {
      const level = (255 * chosen) / (alternatives - 1);
      context.fillStyle = coded ? `hsl(${(chosen * TURN) % 360} 55% 55%)` : `rgb(${level} ${level} ${level})`;
      context.fillRect(i % grid.width, Math.floor(i / grid.width), 1, 1);
    });
    const [column, row] = [place % grid.width, Math.floor(place / grid.width)];
    easel.cursor = { x: column, y: row };
    easel.encircle(easel.cursor, RING);
    const choice = made[place];
    draw(choice);
    if (!choice) {
      caption.textContent = late.choices.waiting;
      return;
    }
    const { cumulative, u, chosen } = choice;
    const chance = cumulative[chosen] - (cumulative[chosen - 1] ?? 0);
    const percent = chance < 0.001 ? `< 0.1 %` : `${number(100 * chance, 1)} %`;
    caption.textContent = late.choices.said(row + 1, column + 1, number(u, 3), chosen, alternatives, percent);
  }

  /** @param {{ x: number, y: number }} cell */
  function goTo({ x, y }) {
    place = y * grid.width + x;
    pinned = true;
    show();
  }

  canvas.addEventListener('pointermove', (event) => event.pointerType === 'mouse' && goTo(easel.cell(event)));
  canvas.addEventListener('pointerdown', (event) => goTo(easel.cell(event)));
  easel.element.addEventListener('keydown', (event) => {
    if (!easel.step(event)) return;
    event.preventDefault();
    goTo(easel.cursor);
  });
}

/**
 * The choices of a step, one by one.
 * @param {Choices} choices
 * @returns {Choice[]}
 */
function apart({ alternatives, cumulative, u, chosen }) {
  return Array.from(u, (level, i) => ({ cumulative: cumulative.subarray(i * alternatives, (i + 1) * alternatives), u: level, chosen: chosen[i] }));
}

/**
 * The choice whose likeliest alternative was the least likely: the one that was the most open.
 * @param {Choice[]} choices
 */
function openest(choices) {
  const most = choices.map(({ cumulative }) => cumulative.reduce((most, up, i) => Math.max(most, up - (cumulative[i - 1] ?? 0)), 0));
  return most.indexOf(Math.min(...most));
}

/** The stairs of a cumulative distribution, the height u, and where it meets them. */
function chart() {
  const stairs = svg('path', { class: 'curve' });
  const height = svg('path', { class: 'height' });
  const dot = svg('circle', { class: 'dot', r: 4 });
  const level = svg('text', { class: 'label strong' }, 'u');
  const number = svg('text', { class: 'label strong', y: HEIGHT - 3 });
  /** @param {number} share */
  const y = (share) => FLOOR - share * (FLOOR - TOP);
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': late.choices.chart },
    svg('path', { class: 'guide', d: `M0 ${y(1)}H${WIDTH - SIDE}M0 ${y(0.5)}H${WIDTH - SIDE}` }),
    svg('path', { class: 'axis', d: `M0 ${FLOOR}H${WIDTH - SIDE}` }),
    svg('text', { class: 'label side', x: WIDTH, y: y(1) + 4 }, '1'),
    svg('text', { class: 'label side', x: WIDTH, y: y(0.5) + 4 }, '½'),
    stairs,
    height,
    dot,
    level,
    number,
  );
  /** @param {Choice | undefined} choice */
  function draw(choice) {
    drawing.classList.toggle('empty', !choice);
    if (!choice) return;
    const { cumulative, u, chosen } = choice;
    const pitch = (WIDTH - SIDE) / cumulative.length;
    const steps = Array.from(cumulative, (share, i) => [[i * pitch, y(share)], [(i + 1) * pitch, y(share)]]).flat();
    set(stairs, { d: line([[0, y(0)], ...steps]) });
    const x = (chosen + 0.5) * pitch;
    set(height, { d: `M0 ${y(u).toFixed(2)}H${x.toFixed(2)}V${FLOOR}` });
    set(dot, { cx: x, cy: y(u) });
    set(level, { x: x < WIDTH / 2 ? Math.max(8, x / 2) : x / 2, y: y(u) > TOP + 14 ? y(u) - 4 : y(u) + 12 });
    set(number, { x: Math.max(8, Math.min(WIDTH - SIDE - 6, x)) });
    number.textContent = String(chosen);
  }
  return { drawing, draw };
}
