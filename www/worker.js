// The compute worker with the first module, which draws on the CPU.

// `cargo xtask build` names here what these need, lest each be asked for only when one that needs it has come.
import init, { Engine, Picture } from '../pushforward.js';
import { compute } from './compute.js';

compute({ init, Engine, Picture });
