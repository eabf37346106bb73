// The table of the page's views: each mounts itself on one element, and knows the state and not the others.

import { gridOf, isSteered, rivalsOf } from './card.js';
import { mountClasses } from './views/classes.js';
import { mountDimension } from './views/dimension.js';
import { mountEnds } from './views/ends.js';
import { mountFamilies } from './views/families.js';
import { mountLanguage } from './views/language.js';
import { mountPicture } from './views/picture.js';
import { mountPlane } from './views/plane.js';
import { mountStrip } from './views/strip.js';
import { mountTrajectory } from './views/trajectory.js';
import { mountWay } from './views/way.js';

/** @import { View } from '../types/page.d.ts' */

/** @type {View[]} */
export const VIEWS = [
  { id: 'families', mount: mountFamilies },
  { id: 'plane-title', mount: mountDimension },
  { id: 'picture', mount: mountPicture },
  { id: 'trajectory', mount: mountTrajectory },
  { id: 'language', mount: mountLanguage },
  { id: 'plane', mount: mountPlane },
  { id: 'classes', mount: mountClasses },
  { id: 'ends', mount: mountEnds },
  { id: 'slider', mount: mountWay },
  { id: 'strip', mount: mountStrip },
  { id: 'opening', load: () => import('./views/carried.js'), late: 'at once' },
  { id: 'many', load: () => import('./views/many.js'), late: 'at once' },
  { id: 'say', load: () => import('./views/say.js'), has: ({ condition }) => condition === 'prompt' },
  { id: 'noise', load: () => import('./views/noise.js'), has: (card) => gridOf(card) !== null },
  { id: 'controls', load: () => import('./views/controls.js'), has: isSteered },
  { id: 'choices', load: () => import('./views/choices.js'), has: ({ alternatives }) => Boolean(alternatives) },
  { id: 'bars', load: () => import('./views/bars.js'), late: 'in sight', has: (card) => gridOf(card) === null },
  { id: 'histogram', load: () => import('./views/histogram.js'), late: 'in sight' },
  { id: 'whole', load: () => import('./views/embedded.js'), late: 'in sight' },
  { id: 'take', load: () => import('./views/take.js'), late: 'in sight' },
  { id: 'share', load: () => import('./views/share.js'), late: 'in sight' },
  { id: 'glossary', load: () => import('./views/glossary.js') },
  { id: 'lesson', load: () => import('./views/lesson.js'), late: 'when asked for' },
  { id: 'editor', load: () => import('./views/editor.js'), late: 'in sight' },
  { id: 'terms', load: () => import('./views/terms.js'), late: 'when asked for' },
  { id: 'tour', load: () => import('./views/tour.js'), late: 'at once' },
  { id: 'companion', load: () => import('./views/companion.js'), late: 'at once' },
  { id: 'kinds', load: () => import('./views/kinds.js'), late: 'in sight' },
  { id: 'norms', load: () => import('./views/norms.js'), late: 'in sight' },
  { id: 'race', load: () => import('./views/race.js'), late: 'in sight', has: (card, cards) => rivalsOf(cards, card).length > 1 },
  { id: 'own', load: () => import('./views/own.js') },
  { id: 'model', load: () => import('./views/model.js') },
  // What ships in 4 bits has no finer numbers to be rounded.
  { id: 'precision', load: () => import('./views/precision.js'), has: ({ weights }) => weights.precision === 'q8' },
];
