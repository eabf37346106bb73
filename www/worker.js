// The compute worker: owns the engine, draws one request after the other, and listens between two steps.

import init, { cards, Engine, Picture } from '../pushforward.js';
import { counted } from './counted.js';
import { deferred } from './deferred.js';
import { Failure, pack } from './errors.js';
import { keep, recall } from './kept.js';

/**
 * @import { Card } from '../pkg/index.d.ts'
 * @typedef {{ bytes: Uint8Array<ArrayBuffer>, recalled: boolean }} Weights
 * @typedef {import('./supervisor.js').Work & { id: number, cancelled: boolean, gone: Promise<void>, cancel: () => void }} Job
 */

/** @type {Engine | null} */
let engine = null;
/** @type {Job[]} */
const queue = [];
/** @type {Job | null} */
let running = null;
/** @type {Map<string, Promise<Weights>>} */
const fetched = new Map();
/** What the engine has, by {@link nameOf}. */
const loaded = new Set();
/** Models whose kept weights turned out to be bad. */
const distrusted = new Set();
/** The addresses of all weights, by their models. @type {Record<string, string>} */
let addresses = {};
/** What the panic hook last wrote. */
let panicked = '';

/** @param {{ module: WebAssembly.Module, backend: string, weights: Record<string, string> }} options */
async function start({ module, backend, weights: at }) {
  addresses = at;
  try {
    await init({ module_or_path: module });
    // An adapter can take its time: the weights travel meanwhile.
    const creating = Engine.create(backend);
    for (const job of queue) for (const { model } of wantsOf(job)) weights(model).catch(() => {});
    engine = await creating;
    engine.onLost((reason) => broken(`the GPU was lost (${reason})`));
  } catch (error) {
    broken(pack(error).message);
    return;
  }
  postMessage({ type: 'ready', device: engine.device() });
  drain();
}

async function drain() {
  if (!engine || running) return;
  while ((running = queue.shift() ?? null)) {
    if (!(await run(engine, running))) return;
  }
}

/**
 * Whether the engine is still good after this job.
 * @param {Engine} engine
 * @param {Job} job
 */
async function run(engine, job) {
  let computing = false;
  try {
    const missing = wantsOf(job).filter((wanted) => !loaded.has(nameOf(wanted)));
    missing.forEach(({ model }) => weights(model).catch(() => {}));
    for (const wanted of missing) await load(engine, wanted, job);
    await macrotask();
    if (job.cancelled) return true;
    computing = true;
    if (job.type === 'encode') await encode(engine, job);
    else if (job.type === 'likelihood') await likelihood(engine, job);
    else if (job.type === 'race') await race(engine, job);
    else await draw(engine, job);
  } catch (error) {
    if (computing && fatal(engine, error)) {
      broken(panicked || pack(error).message);
      return false;
    }
    postMessage({ type: 'failed', id: job.id, error: pack(error) });
  }
  return true;
}

/**
 * A picture on its way, and the milliseconds that it took so far, without those in which others had their turn.
 * @typedef {{ model: string, run: import('../pushforward.js').Run, step: number, milliseconds: number }} Lane
 * @param {Engine} engine
 * @param {import('./supervisor.js').Drawn} drawn
 * @returns {Lane}
 */
function enter(engine, { model, precision, image, latent, condition, options }) {
  const began = performance.now();
  const run = engine.start(model, precision, image && pictureOf(image), latent, condition, options);
  return { model, run, step: 0, milliseconds: performance.now() - began };
}

/**
 * On by a further step, until the device has taken it.
 * @param {Lane} lane
 */
async function advance(lane) {
  const began = performance.now();
  if (!lane.run.advance()) throw new Error(`${lane.model} ended after ${lane.step} of ${lane.run.steps} steps`);
  await lane.run.settled();
  lane.step++;
  lane.milliseconds += performance.now() - began;
}

/**
 * The picture from where a lane stands. Rendering the last one is part of drawing it.
 * @param {Lane} lane
 */
async function render(lane) {
  const began = performance.now();
  const data = await lane.run.picture();
  if (lane.step === lane.run.steps) lane.milliseconds += performance.now() - began;
  return data;
}

/**
 * @param {Engine} engine
 * @param {Extract<Job, { type: 'generate' }>} job
 */
async function draw(engine, job) {
  const { id, frames, choices } = job;
  const lane = enter(engine, job);
  const { run } = lane;
  const { width, height, steps } = run;
  try {
    while (lane.step < steps) {
      if (lane.step > 0) {
        await macrotask();
        if (running?.cancelled) return;
      }
      await advance(lane);
      const { step } = lane;
      if (!frames && step < steps) continue;
      const data = await render(lane);
      const { milliseconds } = lane;
      if (frames) {
        const seen = { predicted: await run.predicted(), choices: choices ? await run.choices() : undefined };
        postMessage({ type: 'frame', id, step, steps, width, height, data, ...seen });
      }
      if (step === steps) postMessage({ type: 'done', id, value: { width, height, data, milliseconds } }, { transfer: [data.buffer] });
    }
  } finally {
    release(run);
  }
}

/**
 * Several pictures at once, each of which is given a step when it has had the least time of all.
 * @param {Engine} engine
 * @param {Extract<Job, { type: 'race' }>} job
 */
async function race(engine, { id, lanes: entered }) {
  /** @type {Lane[]} */
  const lanes = [];
  try {
    for (const drawn of entered) lanes.push(enter(engine, drawn));
    let going = lanes;
    while (going.length > 0) {
      await macrotask();
      if (running?.cancelled) return;
      const next = going.reduce((least, lane) => (lane.milliseconds < least.milliseconds ? lane : least));
      await advance(next);
      const data = await render(next);
      const { run, step, milliseconds } = next;
      const { width, height, steps } = run;
      postMessage({ type: 'frame', id, lane: lanes.indexOf(next), step, steps, width, height, data, milliseconds }, { transfer: [data.buffer] });
      going = going.filter((lane) => lane.step < lane.run.steps);
    }
    postMessage({ type: 'done', id, value: lanes.map(({ milliseconds }) => milliseconds) });
  } finally {
    lanes.forEach(({ run }) => release(run));
  }
}

/**
 * @param {Engine} engine
 * @param {Extract<Job, { type: 'encode' }>} job
 */
async function encode(engine, { id, model, precision, image, condition, options }) {
  const inversion = engine.invert(model, precision, pictureOf(image), condition, options);
  try {
    if (await arrive(inversion)) postMessage({ type: 'done', id, value: await inversion.latent() });
  } finally {
    release(inversion);
  }
}

/**
 * @param {Engine} engine
 * @param {Extract<Job, { type: 'likelihood' }>} job
 */
async function likelihood(engine, { id, model, precision, image, condition }) {
  const likelihood = engine.likelihood(model, precision, pictureOf(image), condition);
  try {
    if (await arrive(likelihood)) postMessage({ type: 'done', id, value: await likelihood.value() });
  } finally {
    release(likelihood);
  }
}

/**
 * Takes all steps, unless the job is cancelled between two of them; whether it did.
 * @param {import('../pushforward.js').Inversion | import('../pushforward.js').Likelihood} way
 */
async function arrive(way) {
  while (way.advance()) {
    await way.settled();
    await macrotask();
    if (running?.cancelled) return false;
  }
  return true;
}

/** @param {import('./supervisor.js').Pixels} image */
function pictureOf({ data, width, height }) {
  return new Picture(data, width, height);
}

/**
 * The models that a job needs, and in which precision.
 * @typedef {{ model: string, precision: string }} Wanted
 * @param {Job} job
 * @returns {Wanted[]}
 */
function wantsOf(job) {
  return job.type === 'race' ? job.lanes : [job];
}

/** @param {Wanted} wanted */
function nameOf({ model, precision }) {
  return `${model} ${precision}`;
}

/**
 * Makes a model ready, unless the job is cancelled first: the next one need not wait for this one's weights.
 * @param {Engine} engine
 * @param {Wanted} wanted
 * @param {Job} job
 */
async function load(engine, wanted, job) {
  const { model, precision } = wanted;
  if (loaded.has(nameOf(wanted)) || job.cancelled) return;
  const arrived = await Promise.race([weights(model), job.gone]);
  if (!arrived || job.cancelled) return;
  fetched.delete(model);
  try {
    engine.load(model, precision, arrived.bytes);
  } catch (error) {
    if (!arrived.recalled) throw error;
    // As if nothing had been kept.
    distrusted.add(model);
    return load(engine, wanted, job);
  }
  loaded.add(nameOf(wanted));
  // Whether it can be kept is no matter of the picture's.
  if (!arrived.recalled) keep(sourceOf(described(model)), arrived.bytes, cards().map(sourceOf)).catch(() => {});
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
      throw new Failure('weights', error.message, model, { cause: error });
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
  const card = described(model);
  /** @type {Parameters<typeof counted>[2]} */
  const report = (received, total) => postMessage({ type: 'progress', what: model, received, total });
  const kept = distrusted.has(model) ? null : await recall(sourceOf(card));
  if (kept) {
    report(kept.length, kept.length);
    return { bytes: kept, recalled: true };
  }
  report(0, card.weights.bytes);
  // Revalidated: weights from an older visit would not be those that this engine's card describes.
  const response = await fetch(addresses[model], { cache: 'no-cache' });
  const body = counted(response, card.weights.file, report, card.weights.bytes);
  return { bytes: new Uint8Array(await new Response(body).arrayBuffer()), recalled: false };
}

/** @param {Card} card */
function sourceOf({ id, weights: { sha256 } }) {
  return { url: addresses[id], sha256 };
}

/**
 * @param {string} model
 * @returns {Card}
 */
function described(model) {
  const card = cards().find(({ id }) => id === model);
  if (!card) throw new RangeError(`there is no model of this name`);
  return card;
}

/**
 * Whether an error while computing means that the engine cannot go on: a panic, or a GPU that failed.
 * @param {Engine} engine
 * @param {unknown} error
 */
function fatal(engine, error) {
  if (error instanceof WebAssembly.RuntimeError) return true;
  if (error instanceof TypeError || error instanceof RangeError) return false;
  return engine.device().backend === 'webgpu';
}

/** @param {string} reason */
function broken(reason) {
  postMessage({ type: 'broken', id: running?.id, reason });
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

addEventListener('message', ({ data: message }) => {
  if (message.type === 'start') {
    start(message);
  } else if (message.type === 'cancel') {
    const waiting = queue.findIndex(({ id }) => id === message.id);
    if (waiting >= 0) queue.splice(waiting, 1);
    if (running && running.id === message.id) running.cancel();
  } else {
    const { promise: gone, resolve } = deferred();
    /** @type {Job} */
    const job = { ...message, cancelled: false, gone, cancel: () => ((job.cancelled = true), resolve(undefined)) };
    queue.push(job);
    drain();
  }
});
