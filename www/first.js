// Has the engine on its way before the page's other modules are here, and with it the weights of the model that the address names.

import { loadEngine } from './engine.js';

// An address that names none means the usual one. Whatever goes wrong is said by whoever asks next.
loadEngine('', new URLSearchParams(location.hash.slice(1)).get('model') ?? 'vae-fashion').catch(() => {});
