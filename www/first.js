// Has the engine on its way before the page's other modules are here, and with it the weights of the model that the address names.

import { loadEngine } from './engine.js';
import { askedBy } from './usual.js';

// A link that names none means the first one. Whatever goes wrong is said by whoever asks next.
loadEngine('', new URLSearchParams(askedBy(location.hash).replace('#', '')).get('model') ?? 'vae-fashion').catch(() => {});
