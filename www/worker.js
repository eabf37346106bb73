// The compute worker with the first module, which draws on the CPU.

import init, { Engine, Picture } from '../pushforward.js';
import { compute } from './compute.js';

compute({ init, Engine, Picture });
