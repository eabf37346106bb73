// Times the page's engine and ONNX Runtime Web on the same networks, in turns, one thread each, in one page of headless Chromium; on
// WebGPU, too, where the adapter is no processor in disguise. `trainer export` has written the networks into the folder named first;
// with --check it fails where a bound is not kept; into a file that is named goes what the README has of it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.js';
import { machineOf, median, tableOf } from './figures.js';
import { siteOf, versionIn } from './site.js';

const RUNTIME = 'node_modules/onnxruntime-web';

/**
 * What is timed of both: a network, what the engine does that is as much, and how many times as fast it is to be on the CPU.
 * `picture` is the way from a latent to a picture, `step` one step of it (on WebGPU, where a way may be submitted as a whole, its share
 * of a picture), and `look` the picture from where it stands.
 */
const UNITS = [
  { what: 'Variational autoencoder, a picture', model: 'vae-fashion', network: 'decoder', unit: 'picture', bound: 1.7 },
  { what: 'Generative adversarial network, a picture', model: 'gan-fashion', network: 'generator', unit: 'picture', bound: 1.7 },
  { what: 'Normalizing flow, a picture', model: 'flow-fashion', network: 'inverse', unit: 'picture' },
  { what: 'Diffusion, a step', model: 'diffusion-fashion', network: 'denoiser', unit: 'step', bound: 2 },
  { what: 'Codes with a causal prior, the decoder', model: 'codes-fashion', network: 'decoder', unit: 'look', bound: 1.7 },
  { what: 'Latent diffusion, a step', model: 'emoji', network: 'flow', unit: 'step', bound: 2 },
  { what: 'Latent diffusion, the decoder', model: 'emoji', network: 'decoder', unit: 'look' },
];

const [networks, ...given] = process.argv.slice(2);
const dist = 'dist';
const folder = versionIn(dist);
const site = await siteOf({ page: dist, runtime: join(RUNTIME, 'dist'), networks });
const browser = await chromium.launch({ ...launchOptions(), args: [...launchOptions().args, '--enable-unsafe-webgpu'] });
const page = await browser.newPage();
await page.goto(site.address);

/** Milliseconds of a unit by the engine and by the runtime on a device, by units. */
async function timed(device) {
  // On WebGPU one module draws what has a plan, and another all else.
  const modules = device === 'cpu' ? [['', 'cpu']] : [['plans/', 'cpu'], ['webgpu/', 'webgpu']];
  await page.evaluate(opened, { device, modules: modules.map(([path, backend]) => [`page/${folder}/${path}pushforward.js`, backend]) });
  const rows = [];
  for (const asked of UNITS) {
    const { ours, theirs } = await page.evaluate(measured, { ...asked, device });
    rows.push({ ...asked, ours: median(ours), theirs: median(theirs) });
  }
  return rows;
}

/** In the page: opens the engine and the runtime on a device. */
async function opened({ device, modules }) {
  const at = (path) => new URL(path, location.href).href;
  const engines = [];
  for (const [glue, backend] of modules) {
    const { default: init, Engine, ...functions } = await import(at(glue));
    await init();
    engines.push(await Engine.create(backend));
    Object.assign(globalThis, functions);
  }
  const runtime = await import(at(device === 'cpu' ? 'runtime/ort.wasm.min.mjs' : 'runtime/ort.webgpu.min.mjs'));
  Object.assign(runtime.env.wasm, { numThreads: 1, wasmPaths: at('runtime/') });
  Object.assign(globalThis, { engines, runtime });
}

/** In the page: milliseconds of some samples of a unit by both, in turns. */
async function measured({ model, network, unit, device }) {
  const ROUNDS = 25;
  /** Milliseconds of a sample: the clock's own grain is a tenth of one. */
  const SAMPLE = 20;
  const { cards, engines, gaussian, hasPlan, runtime } = globalThis;
  const card = cards().find(({ id }) => id === model);
  const engine = hasPlan(model) ? engines[0] : engines.at(-1);
  const response = await fetch(`page/models/${model}/${card.weights.file}`);
  const weights = new Uint8Array(await response.arrayBuffer());
  engine.load(model, 'q8', weights);
  if (device === 'webgpu' && hasPlan(model)) await engine.plan(model, 'q8', weights, () => {});
  const latent = gaussian(model, 1);
  const condition = card.condition === 'prompt' ? { prompt: 'red heart' } : { class: 7 };
  // Guidance would ask the network twice a step.
  const options = { guidance: card.controls.guidance && 1, steps: card.controls.steps?.max };
  const start = () => engine.start(model, 'q8', undefined, latent, condition, unit === 'look' ? { ...options, steps: card.controls.steps && 1 } : options);
  const walked = (run) => {
    while (run.advance());
    return run;
  };
  let run = unit === 'look' ? walked(start()) : start();
  const picture = async () => {
    const own = walked(start());
    await own.picture();
    own.free();
  };
  const shared = unit === 'step' && device === 'webgpu';
  const ours = shared ? picture : {
    picture,
    step: async () => {
      if (!run.advance()) {
        run.free();
        run = start();
        run.advance();
      }
      await run.settled();
    },
    look: () => run.picture(),
  }[unit];

  const session = await runtime.InferenceSession.create(`networks/${model}/${network}.onnx`, {
    executionProviders: [device === 'cpu' ? 'wasm' : 'webgpu'],
    freeDimensionOverrides: { batch: 1 },
  });
  const feeds = Object.fromEntries(session.inputMetadata.map(({ name, type, shape }) => {
    const dims = shape.map((length) => (typeof length === 'number' ? length : 1));
    const count = dims.reduce((product, length) => product * length, 1);
    const data = type === 'int64' ? BigInt64Array.from({ length: count }, () => 7n) : Float32Array.from({ length: count }, () => 2 * Math.random() - 1);
    return [name, new runtime.Tensor(type, data, dims)];
  }));
  const theirs = async () => {
    const outputs = await session.run(feeds);
    for (const output of Object.values(outputs)) await output.getData();
  };

  const both = { ours, theirs };
  const timeOf = async (work, count) => {
    const before = performance.now();
    for (let i = 0; i < count; i++) await work();
    return (performance.now() - before) / count;
  };
  const counts = {};
  for (const [name, work] of Object.entries(both)) {
    await timeOf(work, 5);
    counts[name] = Math.max(1, Math.ceil(SAMPLE / await timeOf(work, 5)));
  }
  const times = { ours: [], theirs: [] };
  const units = { ours: shared ? run.steps : 1, theirs: 1 };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(both)) times[name].push(await timeOf(work, counts[name]) / units[name]);
  }
  run.free();
  await session.release();
  return times;
}

/** What of an adapter is known, if it is no processor in disguise. */
function realAdapter() {
  return page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    const { vendor, architecture, isFallbackAdapter } = adapter?.info ?? { isFallbackAdapter: true };
    return isFallbackAdapter || architecture === 'swiftshader' ? null : `${vendor} ${architecture}`;
  });
}

const cpu = await timed('cpu');
const adapter = await realAdapter();
const gpu = adapter ? await timed('webgpu') : [];
const runtime = await page.evaluate(() => globalThis.runtime.env.versions.web);
const machine = machineOf(browser.version());
await browser.close();
await site.close();

const ratio = ({ ours, theirs }) => theirs / ours;
const row = (asked) => {
  const verdict = asked.bound === undefined ? ['', ''] : [`>= ${asked.bound.toFixed(1)} x`, ratio(asked) >= asked.bound ? 'reached' : 'missed'];
  return [asked.what, `${asked.ours.toFixed(2)} ms`, `${asked.theirs.toFixed(2)} ms`, `${ratio(asked).toFixed(2)} x as fast`, ...verdict];
};
const head = (device) => [device, 'here', `ONNX Runtime Web ${runtime}`, 'ratio', 'bound', ''];
const tables = [tableOf([head('CPU, one thread'), ...cpu.map(row)])];
if (adapter) tables.push(tableOf([head(`WebGPU, ${adapter}`), ...gpu.map(({ bound: _, ...asked }) => row(asked))]));
const text = `${machine}:\n\n${tables.join('\n\n')}\n`;
console.log(`\n${text}${adapter ? '' : '\nno WebGPU adapter but a processor: only the CPU was compared\n'}`);
for (const file of given.filter((argument) => argument !== '--check')) writeFileSync(file, text);
const missed = cpu.filter((asked) => ratio(asked) < (asked.bound ?? 0));
if (given.includes('--check') && missed.length > 0) {
  console.error(`\n${missed.length} of the bounds are not kept: ${missed.map(({ what }) => what).join('; ')}`);
  process.exitCode = 1;
}
