// The page's entry: loads the engine, makes the state, and mounts the views, which know it and not each other.

import { syncAddress } from './address.js';
import { Pushforward } from './api.js';
import { gridOf, rivalsOf } from './card.js';
import { find } from './dom.js';
import { loadEngine } from './engine.js';
import { Given } from './given.js';
import { Painter } from './painter.js';
import { Store } from './state.js';
import { mountBars } from './views/bars.js';
import { mountClasses } from './views/classes.js';
import { mountControls } from './views/controls.js';
import { mountDevice } from './views/device.js';
import { mountDimension } from './views/dimension.js';
import { mountEmbedded } from './views/embedded.js';
import { mountEnds } from './views/ends.js';
import { mountFamilies } from './views/families.js';
import { mountHistogram } from './views/histogram.js';
import { mountLoading } from './views/loading.js';
import { mountMany } from './views/many.js';
import { Notices } from './views/notices.js';
import { mountModel } from './views/model.js';
import { mountNoise } from './views/noise.js';
import { mountPicture } from './views/picture.js';
import { mountPlane } from './views/plane.js';
import { mountSay } from './views/say.js';
import { mountShare } from './views/share.js';
import { mountStrip } from './views/strip.js';
import { mountTake } from './views/take.js';
import { mountTrajectory } from './views/trajectory.js';
import { mountWay } from './views/way.js';

/**
 * What every view may know.
 * @typedef {{ api: Pushforward, functions: import('./engine.js').Functions, store: Store, painter: Painter, given: Given,
 *   notices: Notices }} Context
 */

const notices = new Notices(find('#notices'));

/** In a frame of somebody else's page: the picture, and the way to this one. */
const embedded = new URLSearchParams(location.search).get('embed') === '1';
document.documentElement.classList.toggle('embedded', embedded);

/** @returns {'auto' | 'webgpu' | 'cpu'} */
function backend() {
  const asked = new URLSearchParams(location.search).get('backend') ?? 'auto';
  if (asked === 'auto' || asked === 'webgpu' || asked === 'cpu') return asked;
  notices.show('backend', `backend=${asked} in the address: expected webgpu or cpu. The page chooses by itself.`);
  return 'auto';
}

const api = new Pushforward({ backend: backend() });
Object.assign(globalThis, { pushforward: api });
mountLoading(find('#loading'), api);
mountDevice(find('#device'), api, notices);

/** How far below the screen something is when it is loaded. */
const AHEAD = '600px';

/**
 * Mounts what lies far down when somebody comes near it, or when the answer is called.
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
      notices.show(selector, `A part of the page could not be loaded: ${error.message}`, { label: 'Try again', act: () => (notices.hide(selector), now()) });
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
  mountSay(find('#say'), context);
  mountDimension(context);
  mountPicture(find('#picture'), context);
  mountTrajectory(find('#trajectory'), context);
  mountPlane(find('#plane'), context);
  mountBars(find('#bars'), context);
  mountNoise(find('#noise'), context);
  mountControls(find('#controls'), context);
  mountHistogram(find('#histogram'), context);
  mountClasses(find('#classes'), context);
  mountEnds(find('#ends'), context);
  mountWay(find('#slider'), context);
  mountStrip(find('#strip'), context);
  mountMany(find('#many'), context);
  mountTake(find('#take'), context);
  mountShare(find('#share'), context);
  mountModel(find('#model'), context);
  store.watchModel((card) => {
    find('main').classList.toggle('painted', gridOf(card) !== null);
    find('main').classList.toggle('told', card.condition === 'prompt');
    find('main').classList.toggle('coloured', card.image.channels === 3);
    find('#race').hidden = rivalsOf(store.cards, card).length < 2;
  });
  onSight('#race', async () => (await import('./views/race.js')).mountRace(find('#race'), context));
  const own = onSight('#own', async () => (await import('./views/own.js')).mountOwn(find('#own'), context));
  given.addEventListener('picture', own);
  const complain = (/** @type {string[]} */ messages) => notices.showAll('link', messages);
  complain(store.messages);
  syncAddress(store, complain);
  given.addEventListener('link', (event) => complain(store.read(/** @type {CustomEvent<string>} */ (event).detail)));
  painter.addEventListener('failed', (event) => {
    const error = /** @type {CustomEvent<Error>} */ (event).detail;
    notices.show('painter', error.message, { label: 'Try again', act: () => painter.retry() });
  });
  painter.addEventListener('picture', () => notices.hide('painter'));
  document.documentElement.classList.add('ready');
  painter.draw();
}

// Where the page is worked on, every file is to be the newest.
if (location.protocol === 'https:') import('./offline.js').then(({ keepForOffline }) => keepForOffline(notices)).catch(() => {});

api.ready().then(start).catch((error) => {
  notices.show('engine', error.message, { label: 'Reload the page', act: () => location.reload() });
});
