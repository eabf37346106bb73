// Runs networks in ONNX Runtime. On standard input comes what to run, [{ file, feeds: { NAME: { type, dims, data } } }]; on standard
// output goes what came out, [{ NAME: [number] }].

import { readFileSync } from 'node:fs';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';

env.wasm.numThreads = 1;

const tensor = ({ type, dims, data }) => new Tensor(type, type === 'int64' ? BigInt64Array.from(data, BigInt) : Float32Array.from(data), dims);

async function run({ file, feeds }) {
  const session = await InferenceSession.create(readFileSync(file));
  const outputs = await session.run(Object.fromEntries(Object.entries(feeds).map(([name, given]) => [name, tensor(given)])));
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]));
}

const answers = [];
for (const asked of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    answers.push(await run(asked));
  } catch ({ message }) {
    // A trace would show the runtime's one line of half a megabyte.
    throw new Error(`${asked.file}: ${message}`);
  }
}
process.stdout.write(JSON.stringify(answers));
