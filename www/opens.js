// Has the opening move before the page's other modules are here: on a slow line these take seconds more.

import { find } from './dom.js';
import { mountOpening } from './views/opening.js';

// In a frame of somebody else's page there is the picture alone.
if (new URLSearchParams(location.search).get('embed') !== '1') mountOpening(find('#opening'));
