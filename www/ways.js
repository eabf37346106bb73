// What a compute worker is asked for beside pictures: the way back from a picture, how likely it is, and what a picture takes.

/**
 * @import { Likelihood } from '../pkg/index.d.ts'
 * @import { Engine, Run } from '../pushforward.js'
 * @import { Clock, Drawn, Pixels, Stepwise, Turns, Work } from '../types/page.d.ts'
 * @import { Pace } from './schedule.js'
 * @typedef {{ begin(engine: Engine, drawn: Drawn, clock: Clock): Promise<Run>, advance(way: Stepwise, clock: Clock): Promise<void>,
 *   release(object: { free(): void }): void, pace: Pace, pictureOf(image: Pixels): import('../pushforward.js').Picture }} Tools
 */

/** By the types of work. @type {Record<string, (engine: Engine, work: any, clock: Clock, tools: Tools) => Turns<any>>} */
export const WAYS = { encode, likelihood, probe };

/**
 * @param {Engine} engine
 * @param {Extract<Work, { type: 'encode' }>} work
 * @param {Clock} clock
 * @param {Tools} tools
 * @returns {Turns<Float32Array>}
 */
async function* encode(engine, { model, precision, image, condition, options }, clock, tools) {
  const inversion = engine.invert(model, precision, tools.pictureOf(image), condition, options);
  try {
    yield* complete(inversion, clock, tools);
    return await inversion.latent();
  } finally {
    tools.release(inversion);
  }
}

/**
 * @param {Engine} engine
 * @param {Extract<Work, { type: 'likelihood' }>} work
 * @param {Clock} clock
 * @param {Tools} tools
 * @returns {Turns<Likelihood>}
 */
async function* likelihood(engine, { model, precision, image, condition }, clock, tools) {
  const sum = engine.likelihood(model, precision, tools.pictureOf(image), condition);
  try {
    yield* complete(sum, clock, tools);
    return await sum.value();
  } finally {
    tools.release(sum);
  }
}

/**
 * @param {Stepwise} way
 * @param {Clock} clock
 * @param {Tools} tools
 * @returns {Turns<void>}
 */
async function* complete(way, clock, { advance }) {
  for (let step = 1; step <= way.steps; step++) {
    await advance(way, clock);
    if (step < way.steps) yield;
  }
}

/** Steps and pictures that are drawn before anything is measured: by then all is made that is made once. */
const WARM = 2;

/** Pictures that are measured at most. */
const MOST = 9;

/**
 * What a picture takes here, in milliseconds, as so many milliseconds of drawing let us know: of a long way only the beginning is
 * walked, twice as far each time, and the rest is reckoned to be like it. Without any, it is only made ready.
 * @param {Engine} engine
 * @param {Extract<Work, { type: 'probe' }>} work
 * @param {Clock} clock
 * @param {Tools} tools
 * @returns {Turns<{ milliseconds: number }>}
 */
async function* probe(engine, work, clock, tools) {
  for (let round = 0; round < WARM; round++) yield* picture(engine, work, { milliseconds: 0 }, WARM, tools);
  const took = [];
  while (took.length < MOST && clock.milliseconds < work.budget) {
    took.push(yield* picture(engine, work, clock, WARM << took.length, tools));
  }
  took.sort((a, b) => a - b);
  return { milliseconds: took[took.length >> 1] ?? 0 };
}

/**
 * Draws a picture by so many steps at most; returns the milliseconds of a whole one.
 * @param {Engine} engine
 * @param {Drawn} drawn
 * @param {Clock} clock
 * @param {number} most
 * @param {Tools} tools
 * @returns {Turns<number>}
 */
async function* picture(engine, drawn, clock, most, { begin, advance, release, pace }) {
  const since = clock.milliseconds;
  const run = await begin(engine, drawn, clock);
  try {
    const begun = clock.milliseconds;
    let steps = 0;
    do {
      await advance(run, clock);
      steps += 1;
      yield;
    } while (steps < Math.min(run.steps, most));
    // A plan takes its steps when somebody looks; what looking takes by itself, another look says.
    await pace.wait(clock, () => run.picture());
    const walked = clock.milliseconds;
    await pace.wait(clock, () => run.picture());
    const looked = clock.milliseconds - walked;
    return begun - since + Math.max(0, walked - begun - looked) * (run.steps / steps) + looked;
  } finally {
    release(run);
  }
}
