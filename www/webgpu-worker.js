// The compute worker with the module that draws all on WebGPU by Burn's own backend; fetched only where somebody insists on WebGPU.

import init, { Engine, Picture } from '../webgpu/pushforward.js';
import { compile } from './compile.js';
import { compute } from './compute.js';

compute({ init, Engine, Picture, compile });
