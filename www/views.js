// The table of the page's views: each mounts itself on one element, and knows the state and not the others.

import { gridOf, isSteered, rivalsOf } from './card.js';
import { mountClasses } from './views/classes.js';
import { mountDimension } from './views/dimension.js';
import { mountEnds } from './views/ends.js';
import { mountFamilies } from './views/families.js';
import { mountLanguage } from './views/language.js';
import { mountMany } from './views/many.js';
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
  { id: 'many', mount: mountMany },
  { id: 'say', load: async () => (await import('./views/say.js')).mountSay, has: ({ condition }) => condition === 'prompt' },
  { id: 'noise', load: async () => (await import('./views/noise.js')).mountNoise, has: (card) => gridOf(card) !== null },
  { id: 'controls', load: async () => (await import('./views/controls.js')).mountControls, has: isSteered },
  { id: 'choices', load: async () => (await import('./views/choices.js')).mountChoices, has: ({ alternatives }) => Boolean(alternatives) },
  { id: 'bars', load: async () => (await import('./views/bars.js')).mountBars, late: true, has: (card) => gridOf(card) === null },
  { id: 'histogram', load: async () => (await import('./views/histogram.js')).mountHistogram, late: true },
  { id: 'whole', load: async () => (await import('./views/embedded.js')).mountEmbedded, late: true },
  { id: 'take', load: async () => (await import('./views/take.js')).mountTake, late: true },
  { id: 'share', load: async () => (await import('./views/share.js')).mountShare, late: true },
  { id: 'norms', load: async () => (await import('./views/norms.js')).mountNorms },
  { id: 'race', load: async () => (await import('./views/race.js')).mountRace, has: (card, cards) => rivalsOf(cards, card).length > 1 },
  { id: 'own', load: async () => (await import('./views/own.js')).mountOwn },
  { id: 'model', load: async () => (await import('./views/model.js')).mountModel },
  // What ships in 4 bits has no finer numbers to be rounded.
  { id: 'precision', load: async () => (await import('./views/precision.js')).mountPrecision, has: ({ weights }) => weights.precision === 'q8' },
];
