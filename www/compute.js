// What a compute worker does: it owns an engine, and gives each task that is asked of it its turns.

import { counted } from './counted.js';
import { deferred } from './deferred.js';
import { InternalError, kindOf, pack, WeightsError } from './errors.js';
import { keep, recall } from './kept.js';
import { Pace, Schedule } from './schedule.js';
import { WAYS } from './ways.js';

/**
 * @import { ErrorKind } from '../pkg/index.d.ts'
 * @import { Engine, Run } from '../pushforward.js'
 * @import { Clock, Drawn, Glue, Pixels, Seen, Sources, Stepwise, Turns, Work } from '../types/page.d.ts'
 * @typedef {{ bytes: Uint8Array<ArrayBuffer>, recalled: boolean }} Weights
 * @typedef {Work & { id: number }} Job
 */

/** Between two pictures that somebody watches, in milliseconds: no display shows more. */
const DISPLAY = 1000 / 60;

/** Steps that the device may have before it. */
const AHEAD = 2;

/** What nobody has asked for is charged to nobody. @type {Clock} */
const NOBODY = { milliseconds: 0 };

/** What wasm-bindgen made of the worker's module. @type {Glue} */
let glue;
/** @type {PromiseWithResolvers<Engine>} */
const created = deferred();
const schedule = new Schedule(macrotask);
const pace = new Pace(AHEAD);
/** @type {Map<string, Promise<Weights>>} */
const fetched = new Map();
/** What the engine has, by {@link nameOf}, each with the plan that is made of it, if any. @type {Map<string, Promise<unknown> | undefined>} */
const loaded = new Map();
/** Models whose kept weights turned out to be bad. */
const distrusted = new Set();
/** All weights, by their models. @type {Sources} */
let sources = {};
/** What the panic hook last wrote. */
let panicked = '';

/** @param {{ module: any, backend: string }} options */
async function start({ module, backend }) {
  try {
    const { init, Engine, compile } = glue;
    await init({ module_or_path: compile ? await compile(module) : module });
    const engine = await Engine.create(backend);
    engine.onLost((reason) => broken(`the GPU was lost (${reason})`));
    postMessage({ type: 'ready' });
    created.resolve(engine);
  } catch (error) {
    broken(pack(error).message);
  }
}

/** @param {Job} job */
async function take(job) {
  const { id } = job;
  try {
    const value = await schedule.add(id, job.priority, tasksOf(job));
    const answer = job.type === 'race' ? value.map(({ milliseconds }) => milliseconds) : value[0];
    postMessage({ type: 'done', id, value: answer }, { transfer: answer.data ? [answer.data.buffer] : [] });
  } catch (error) {
    // What is of no known kind came up through the engine, and nobody knows in which state it left that.
    if (!kindOf(error) || kindOf(error) === 'device-lost') broken(panicked || pack(error).message, id, kindOf(error));
    else postMessage({ type: 'failed', id, error: pack(error) });
  }
}

/**
 * @param {Job} job
 * @returns {{ clock: Clock, turns: Turns<any> }[]}
 */
function tasksOf(job) {
  const { id } = job;
  /** @param {(clock: Clock) => Turns<any>} turns */
  const task = (turns, clock = { milliseconds: 0 }) => ({ clock, turns: turns(clock) });
  if (job.type === 'race') return job.lanes.map((drawn, lane) => task((clock) => draw(drawn, job.seen, { id, lane }, clock)));
  if (job.type === 'generate') return [task((clock) => draw(job, job.seen, { id }, clock))];
  return [task((clock) => other(job, clock))];
}

/**
 * A picture, and what somebody wants to see on its way.
 * @param {Drawn} drawn
 * @param {Seen} seen
 * @param {{ id: number, lane?: number }} whose
 * @param {Clock} clock
 * @returns {Turns<Pixels & Clock>}
 */
async function* draw(drawn, seen, whose, clock) {
  const run = await begin(yield* ready(drawn), drawn, clock);
  try {
    const { width, height, steps } = run;
    let shown = -Infinity;
    for (let step = 1; step <= steps; step++) {
      await advance(run, clock);
      const last = step === steps;
      const frame = !last && isDue(seen, step, steps, shown);
      if (frame || seen.choices) {
        const data = await pace.wait(NOBODY, () => look(run, seen, frame));
        if (frame) shown = performance.now();
        postMessage({ type: 'frame', ...whose, step, steps, width, height, milliseconds: clock.milliseconds, ...data });
      }
      if (!last) yield;
    }
    const data = await pace.wait(clock, () => run.picture());
    const arrived = { width, height, steps, data, milliseconds: clock.milliseconds };
    if (whose.lane !== undefined) postMessage({ type: 'frame', ...whose, step: steps, ...arrived }, { transfer: [data.buffer] });
    return arrived;
  } finally {
    release(run);
  }
}

/**
 * @param {Engine} engine
 * @param {Drawn} drawn
 * @param {Clock} clock
 */
function begin(engine, { model, precision, image, latent, condition, options }, clock) {
  return pace.wait(clock, async () => engine.start(model, precision, image && pictureOf(image), latent, condition, options));
}

/**
 * Whether a picture on the way is to be seen: the first, those wanted in any case, and else no more than a display shows.
 * @param {Seen} seen
 * @param {number} step
 * @param {number} steps
 * @param {number} shown when one was seen last
 */
function isDue({ frames, watched }, step, steps, shown) {
  if (!watched) return false;
  const marked = Math.floor((step * frames) / steps) > Math.floor(((step - 1) * frames) / steps);
  return step === 1 || marked || performance.now() - shown >= DISPLAY;
}

/**
 * @param {Run} run
 * @param {Seen} seen
 * @param {boolean} frame
 */
async function look(run, { predicted, choices }, frame) {
  // Asked for at once, so that all three come with one visit to the device.
  const [data, clean, chosen] = await Promise.all([
    frame ? run.picture() : undefined,
    frame && predicted ? run.predicted() : undefined,
    choices ? run.choices() : undefined,
  ]);
  return { data, predicted: clean, choices: chosen };
}

/**
 * @param {Exclude<Job, { type: 'generate' | 'race' }>} job
 * @param {Clock} clock
 * @returns {Turns<any>}
 */
async function* other(job, clock) {
  const engine = yield* ready(job);
  return yield* WAYS[job.type](engine, job, clock, { begin, advance, release, pace, pictureOf });
}

/**
 * @param {Stepwise} way
 * @param {Clock} clock
 */
async function advance(way, clock) {
  const gone = await pace.step(clock, () => way.advance(), () => way.settled());
  if (!gone) throw new InternalError('steps', { steps: way.steps });
}

/** @param {Pixels} image */
function pictureOf({ data, width, height }) {
  return new glue.Picture(data, width, height);
}

/**
 * A model, and in which precision it is needed.
 * @typedef {{ model: string, precision: string }} Wanted
 * @param {Wanted} wanted
 */
function nameOf({ model, precision }) {
  return `${model} ${precision}`;
}

/**
 * The engine with a model on it; while its weights travel, others have their turns.
 * @param {Wanted} wanted
 * @returns {Turns<Engine>}
 */
async function* ready(wanted) {
  const { model, precision } = wanted;
  while (!loaded.has(nameOf(wanted))) {
    const arriving = weights(model);
    yield { until: Promise.all([arriving, created.promise]) };
    const [{ bytes, recalled }, engine] = [await arriving, await created.promise];
    // Another task may have been first: to load them, or to find them bad.
    if (loaded.has(nameOf(wanted))) break;
    if (fetched.get(model) === arriving) fetched.delete(model);
    if (recalled && distrusted.has(model)) continue;
    try {
      engine.load(model, precision, bytes);
    } catch (error) {
      if (!recalled) throw error;
      // As if nothing had been kept.
      distrusted.add(model);
      continue;
    }
    loaded.set(nameOf(wanted), glue.plan?.(engine, wanted, bytes));
    // Whether they can be kept is no matter of the picture's.
    if (!recalled) keep(sources[model], bytes, Object.values(sources)).catch(() => {});
  }
  const made = loaded.get(nameOf(wanted));
  if (made) {
    yield { until: made };
    await made;
  }
  return created.promise;
}

/**
 * The bytes of a model's weights; a failed fetch is forgotten, so that asking again tries again.
 * @param {string} model
 */
function weights(model) {
  let found = fetched.get(model);
  if (!found) {
    found = find(model).catch((error) => {
      fetched.delete(model);
      throw kindOf(error) ? error : new WeightsError('fetch', { model, reason: error.message }, { cause: error });
    });
    fetched.set(model, found);
  }
  return found;
}

/**
 * @param {string} model
 * @returns {Promise<Weights>}
 */
async function find(model) {
  const { url, bytes, sha256 } = sources[model];
  /** @type {Parameters<typeof counted>[2]} */
  const report = (received, total) => postMessage({ type: 'progress', what: model, received, total });
  const kept = distrusted.has(model) ? null : await recall({ url, sha256 });
  if (kept) {
    report(kept.length, kept.length);
    return { bytes: kept, recalled: true };
  }
  report(0, bytes);
  // Revalidated: weights from an older visit would not be those that this engine's card describes.
  const body = counted(await fetch(url, { cache: 'no-cache' }), url.replace(/.*\//, ''), report, bytes);
  return { bytes: new Uint8Array(await new Response(body).arrayBuffer()), recalled: false };
}

/**
 * The engine cannot go on.
 * @param {string} reason
 * @param {number} [id] of the job that it broke at
 * @param {ErrorKind} [kind]
 */
function broken(reason, id = schedule.running, kind = undefined) {
  postMessage({ type: 'broken', id, reason, kind });
}

/** @param {{ free(): void }} object */
function release(object) {
  try {
    object.free();
  } catch {
    // After a panic nothing can be freed, and the worker is about to be replaced.
  }
}

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const resumes = [];
channel.port1.onmessage = () => resumes.shift()?.();

/** Lets messages in: a cancel that has arrived is heard before the next step. */
function macrotask() {
  return new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    resumes.push(resolve);
    channel.port2.postMessage(null);
  });
}

// A panic inside a future settles no promise: it surfaces as an uncaught error, after its message on the console.
const { error: log } = console;
console.error = (...what) => {
  if (String(what[0]).includes('panicked at')) panicked = String(what[0]).split('\n\nStack')[0].trim();
  log.apply(console, what);
};
addEventListener('error', (event) => broken(panicked || event.message));
addEventListener('unhandledrejection', ({ reason }) => {
  if (panicked || reason instanceof WebAssembly.RuntimeError) broken(panicked || reason.message);
});

/** Does what the page asks for, with an engine of the given module. @param {Glue} given */
export function compute(given) {
  glue = given;
  addEventListener('message', ({ data: message }) => {
    if (message.type === 'start') start(message);
    else if (message.type === 'cancel') schedule.cancel(message.id);
    else if (message.type === 'sources') {
      ({ sources } = message);
      // What is wrong with them is said when they are needed.
      if (message.first in sources) weights(message.first).catch(() => {});
    } else take(message);
  });
}
