// The page's entry: loads the engine, makes the state, and mounts the views, which know it and not each other.

import { syncAddress } from './address.js';
import { Pushforward } from './api.js';
import { gridOf } from './card.js';
import { find } from './dom.js';
import { loadEngine } from './engine.js';
import { Given } from './given.js';
import { lacking } from './needed.js';
import { Painter } from './painter.js';
import { Store } from './state.js';
import { VIEWS } from './views.js';
import { mountArrival } from './views/arrival.js';
import { mountDevice } from './views/device.js';
import { mountLoading } from './views/loading.js';
import { Notices } from './views/notices.js';
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

/** By a link, which has something to show: the picture comes first, and the opening after it. */
const arrived = document.documentElement.classList.contains('arrived');
if (arrived) find('main').after(find('#opening'));

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
const showDevice = mountDevice(find('#device'), api, notices);

/** How far below the screen something is when it is loaded. */
const AHEAD = '400px';

/**
 * Mounts what is hidden or lies far down when somebody comes near it, or when the answer is called.
 * @param {string} selector
 * @param {() => Promise<void>} mount
 * @param {Promise<unknown> | null} after before which nobody looks whether somebody is near
 * @returns {() => Promise<void>}
 */
function onSight(selector, mount, after) {
  const watcher = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && now(), { rootMargin: AHEAD });
  /** @type {Promise<void> | null} */
  let mounting = null;
  function now() {
    watcher.disconnect();
    return mounting ??= mount().catch((error) => {
      mounting = null;
      notices.show(selector, words.partMissing(error.message), { label: words.tryAgain, act: () => (notices.hide(selector), now()) });
    });
  }
  Promise.resolve(after).then(() => watcher.observe(find(selector)));
  return now;
}

async function start() {
  const { functions, cards } = await loadEngine();
  const store = new Store(functions, cards, location.hash);
  const painter = new Painter(api, functions, store, embedded);
  const given = new Given(notices);
  const context = { api, functions, store, painter, given, notices };
  /** What loads a view at once. @type {Record<string, () => Promise<void>>} */
  const near = {};
  const first = new Promise((resolve) => {
    for (const type of ['picture', 'failed']) painter.addEventListener(type, resolve, { once: true });
  });
  // For whoever measures what came before it.
  first.then(() => performance.mark('first-picture'));
  // The worker is to draw while the views are mounted. What has come by then is told again below, when somebody hears it.
  let failed = false;
  painter.addEventListener('failed', () => { failed = true; }, { once: true });
  painter.draw();
  await new Promise((resolve) => { setTimeout(resolve); });
  for (const { id, mount, load, late } of VIEWS) {
    mount?.(find(`#${id}`), context);
    if (!load) continue;
    near[id] = onSight(`#${id}`, async () => (await load()).mount(find(`#${id}`), context), late ? first : null);
    if (late === 'at once' && !embedded) first.then(near[id]);
  }
  if (arrived && !embedded) mountArrival(find('#arrival'), context);
  // What came by the address is marked before anything is painted, as it stands there: www/arrived.js.
  store.watch(() => {
    const { show } = store.value;
    if (store.inLesson) first.then(near.lesson);
    if (show) document.documentElement.dataset.show = show.replaceAll(',', ' ');
    else delete document.documentElement.dataset.show;
  });
  store.watchModel((card) => {
    document.title = words.title(words.name(card));
    showDevice(card.id);
    find('main').classList.toggle('painted', gridOf(card) !== null);
    find('main').classList.toggle('told', card.condition === 'prompt');
    find('main').classList.toggle('coloured', card.image.channels === 3);
    find('main').classList.toggle('chosen', Boolean(card.alternatives));
    for (const { id, has } of VIEWS) if (has) find(`#${id}`).hidden = !has(card, store.cards);
  });
  // Terms are for who begins to look around; one that is pressed before they are here is shown when they are.
  for (const type of embedded ? [] : ['pointermove', 'keydown', 'scroll']) addEventListener(type, near.terms, { once: true, passive: true });
  document.addEventListener('click', async function wait(event) {
    const link = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest('a.term')) : null;
    if (!link) return;
    document.removeEventListener('click', wait);
    event.preventDefault();
    event.stopImmediatePropagation();
    await near.terms();
    link.click();
  });
  // Who asks for a term is led to it.
  if (new URLSearchParams(location.search).has('term')) near.glossary();
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
  if (failed) painter.retry();
  else painter.draw();
}

// Where the page is worked on, every file is to be the newest.
if (location.protocol === 'https:') import('./offline.js').then(({ keepForOffline }) => keepForOffline(notices)).catch(() => {});

const missing = lacking();
if (missing) notices.show('engine', words.lacking(missing));
else api.ready().then(start).catch((error) => {
  notices.show('engine', words.error(error), { label: words.reload, act: () => location.reload() });
});
