// The page's entry: loads the engine, makes the state, and mounts the views, which know it and not each other.

import { syncAddress } from './address.js';
import { Pushforward } from './api.js';
import { gridOf, isSteered, rivalsOf } from './card.js';
import { find } from './dom.js';
import { loadEngine } from './engine.js';
import { Given } from './given.js';
import { lacking } from './needed.js';
import { Painter } from './painter.js';
import { Store } from './state.js';
import { mountBars } from './views/bars.js';
import { mountClasses } from './views/classes.js';
import { mountDevice } from './views/device.js';
import { mountDimension } from './views/dimension.js';
import { mountEmbedded } from './views/embedded.js';
import { mountEnds } from './views/ends.js';
import { mountFamilies } from './views/families.js';
import { mountHistogram } from './views/histogram.js';
import { mountLanguage } from './views/language.js';
import { mountLoading } from './views/loading.js';
import { mountMany } from './views/many.js';
import { Notices } from './views/notices.js';
import { mountPicture } from './views/picture.js';
import { mountPlane } from './views/plane.js';
import { mountShare } from './views/share.js';
import { mountStrip } from './views/strip.js';
import { mountTake } from './views/take.js';
import { mountTrajectory } from './views/trajectory.js';
import { mountWay } from './views/way.js';
import { languageOf, language, translate, words } from './words.js';

/**
 * What every view may know.
 * @typedef {{ api: Pushforward, functions: import('./engine.js').Functions, store: Store, painter: Painter, given: Given,
 *   notices: Notices }} Context
 */

find('#unreached').remove();
translate();
const notices = new Notices(find('#notices'));

/** In a frame of somebody else's page: the picture, and the way to this one. */
const embedded = new URLSearchParams(location.search).get('embed') === '1';
document.documentElement.classList.toggle('embedded', embedded);

/** @returns {'auto' | 'webgpu' | 'cpu'} */
function backend() {
  const asked = new URLSearchParams(location.search).get('backend') ?? 'auto';
  if (asked === 'auto' || asked === 'webgpu' || asked === 'cpu') return asked;
  notices.show('backend', words.backend(asked));
  return 'auto';
}

const api = new Pushforward({ backend: backend() });
Object.assign(globalThis, { pushforward: api });
mountLoading(find('#loading'), api);
mountDevice(find('#device'), api, notices);

/** How far below the screen something is when it is loaded. */
const AHEAD = '400px';

/**
 * Views that are loaded when they are needed, by their elements.
 * @type {Record<string, () => Promise<(root: HTMLElement, context: Context) => void>>}
 */
const LATER = {
  say: async () => (await import('./views/say.js')).mountSay,
  noise: async () => (await import('./views/noise.js')).mountNoise,
  controls: async () => (await import('./views/controls.js')).mountControls,
  choices: async () => (await import('./views/choices.js')).mountChoices,
  norms: async () => (await import('./views/norms.js')).mountNorms,
  race: async () => (await import('./views/race.js')).mountRace,
  own: async () => (await import('./views/own.js')).mountOwn,
  model: async () => (await import('./views/model.js')).mountModel,
  precision: async () => (await import('./views/precision.js')).mountPrecision,
};

/**
 * Parts that are there for some models only.
 * @type {Record<string, (card: import('../pkg/index.d.ts').Card, cards: import('../pkg/index.d.ts').Card[]) => boolean>}
 */
const ONLY = {
  say: (card) => card.condition === 'prompt',
  noise: (card) => gridOf(card) !== null,
  controls: isSteered,
  choices: (card) => Boolean(card.alternatives),
  // What ships in 4 bits has no finer numbers to be rounded.
  precision: (card) => card.weights.precision === 'q8',
  race: (card, cards) => rivalsOf(cards, card).length > 1,
};

/**
 * Mounts what is hidden or lies far down when somebody comes near it, or when the answer is called.
 * @param {string} selector
 * @param {() => Promise<void>} mount
 */
function onSight(selector, mount) {
  const watcher = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && now(), { rootMargin: AHEAD });
  /** @type {Promise<void> | null} */
  let mounting = null;
  function now() {
    watcher.disconnect();
    mounting ??= mount().catch((error) => {
      mounting = null;
      notices.show(selector, words.partMissing(error.message), { label: words.tryAgain, act: () => (notices.hide(selector), now()) });
    });
  }
  watcher.observe(find(selector));
  return now;
}

async function start() {
  const { functions, cards } = await loadEngine();
  const store = new Store(functions, cards, location.hash);
  const painter = new Painter(api, functions, store, embedded);
  const given = new Given(notices);
  const context = { api, functions, store, painter, given, notices };
  mountEmbedded(find('#whole'), context);
  mountFamilies(find('#families'), context);
  mountDimension(context);
  mountPicture(find('#picture'), context);
  mountTrajectory(find('#trajectory'), context);
  mountLanguage(find('#language'), context);
  mountPlane(find('#plane'), context);
  mountBars(find('#bars'), context);
  mountHistogram(find('#histogram'), context);
  mountClasses(find('#classes'), context);
  mountEnds(find('#ends'), context);
  mountWay(find('#slider'), context);
  mountStrip(find('#strip'), context);
  mountMany(find('#many'), context);
  mountTake(find('#take'), context);
  mountShare(find('#share'), context);
  store.watchModel((card) => {
    find('main').classList.toggle('painted', gridOf(card) !== null);
    find('main').classList.toggle('told', card.condition === 'prompt');
    find('main').classList.toggle('coloured', card.image.channels === 3);
    find('main').classList.toggle('chosen', Boolean(card.alternatives));
    for (const [id, has] of Object.entries(ONLY)) find(`#${id}`).hidden = !has(card, store.cards);
  });
  const near = Object.fromEntries(Object.entries(LATER).map(([id, load]) => [id, onSight(`#${id}`, async () => (await load())(find(`#${id}`), context))]));
  // A picture that is dropped somewhere else calls for its view.
  given.addEventListener('picture', near.own);
  // Every word of the page is of one language: another one is another visit, of the same picture.
  store.addEventListener('change', () => {
    if (languageOf(store.value.lang) === language) return;
    history.replaceState(null, '', `#${store.link}`);
    location.reload();
  });
  const complain = (/** @type {import('../pushforward.js').Replaced[]} */ messages) => notices.showAll('link', messages);
  complain(store.messages);
  syncAddress(store, complain);
  given.addEventListener('link', (event) => complain(store.read(/** @type {CustomEvent<string>} */ (event).detail)));
  painter.addEventListener('failed', (event) => {
    const error = /** @type {CustomEvent<Error>} */ (event).detail;
    notices.show('painter', words.error(error), { label: words.tryAgain, act: () => painter.retry() });
  });
  painter.addEventListener('picture', () => notices.hide('painter'));
  document.documentElement.classList.add('ready');
  painter.draw();
}

// Where the page is worked on, every file is to be the newest.
if (location.protocol === 'https:') import('./offline.js').then(({ keepForOffline }) => keepForOffline(notices)).catch(() => {});

const missing = lacking();
if (missing) notices.show('engine', words.lacking(missing));
else api.ready().then(start).catch((error) => {
  notices.show('engine', words.error(error), { label: words.reload, act: () => location.reload() });
});
