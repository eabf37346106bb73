// Times the cases of kernels/examples/kernels_wasm.rs, or prints their checksums: node wasm.mjs MODULE times|checksums [FILTER]

import { readFile } from 'node:fs/promises';

/** Milliseconds that a sample takes at least, and samples of each case. */
const SAMPLE = 0.5;
const SAMPLES = 60;

const [file, what, filter = ''] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(await readFile(file), {});
const { memory, names, checksums, text, run } = instance.exports;

/** The text that a function of the module makes. */
function said(make) {
  const length = make();
  return new TextDecoder().decode(new Uint8Array(memory.buffer, text(), length));
}

if (what === 'checksums') {
  process.stdout.write(said(checksums));
} else {
  const cases = said(names).split('\n').slice(0, -1).map((line, number) => {
    const [shape, method] = line.split('\t');
    return { number, shape, method, samples: [] };
  });
  time(cases.filter(({ shape }) => shape.includes(filter)));
}

function time(cases) {
  for (const one of cases) {
    // Until the second compiler has compiled it, and as often as it takes to be seen by the clock.
    for (const start = performance.now(); performance.now() - start < 20;) run(one.number, 1);
    for (one.times = 1; elapsed(one) < SAMPLE;) one.times *= 2;
  }
  // In turns: what slows the machine down for a while slows all cases down.
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (const one of cases) one.samples.push(elapsed(one) / one.times * 1000);
  }
  print(cases);
}

function elapsed({ number, times }) {
  // What the cases before it took the place of comes back into the caches.
  run(number, 1);
  const start = performance.now();
  run(number, times);
  return performance.now() - start;
}

/** A row a shape, a column a method: the least of microseconds, as whatever else runs only adds to them. */
function print(cases) {
  for (const shape of new Set(cases.map((one) => one.shape))) {
    const figures = cases.filter((one) => one.shape === shape).map(({ method, samples }) =>
      `${Math.min(...samples).toFixed(2).padStart(9)} ${method.padEnd(10)}`);
    console.log(`${shape.padEnd(36)}${figures.join('')}`.trimEnd());
  }
}
