// The service worker: keeps one whole version of the page, so that it opens without a network and never mixes old files
// with new ones. Weights are not its business: they are kept by their checksums (kept.js).

/** The files of this version by their SHA-256, which `cargo xtask build` writes here. @type {Record<string, string>} */
const FILES = {};

/** What this version is called: files that are the same make the same version. */
const VERSION = '';

/** @type {any} The scope of a service worker, which the page's types do not know. */
const worker = self;

const scope = () => worker.registration.scope;

/** The modules that few visits need: each is kept once one of them has fetched it. @param {string} file */
const comesLater = (file) => /\/(plans|webgpu)\//.test(file);

/** The page itself, and those that lead to it from the families' addresses, are called so, in other versions, too. */
const PAGE = 'index.html';
const isPage = (/** @type {string} */ file) => file.split('/').at(-1) === PAGE;

/** What the caches of the page were called when one origin had one page. */
const FORMERLY = /^pushforward-page-[0-9a-f]{16}$/;

/** The caches of an origin are shared by all pages below it: those of this one have its address in their names. */
const ours = () => `pushforward-page ${scope()} `;

const cacheName = () => ours() + VERSION;

/** What an entry says of itself, beside its media type. */
const SUM = 'x-sha256';

/** @param {ArrayBuffer} body */
async function checksum(body) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Fetches a file of this version and keeps it. A server that is being renewed just now may still have an old one, or not yet
 * have it, or not have it any more: then it is none.
 * @param {Cache} cache
 * @param {string} file
 */
async function fetched(cache, file) {
  const response = await fetch(new URL(file, scope()), { cache: 'no-cache' });
  const body = await response.arrayBuffer();
  const sum = FILES[file];
  if (!response.ok || (await checksum(body)) !== sum) throw new Error(`${file} is not of version ${VERSION}`);
  return put(cache, file, body, response.headers.get('content-type') ?? '');
}

/** @param {Cache} cache @param {string} file @param {ArrayBuffer} body @param {string} type */
async function put(cache, file, body, type) {
  const response = new Response(body, { headers: { 'content-type': type, [SUM]: FILES[file] } });
  // What does not fit is used all the same.
  await cache.put(new URL(file, scope()), response.clone()).catch(() => {});
  return response;
}

/** What the versions before this one kept, by its checksum. @returns {Promise<Map<string, Response>>} */
async function older() {
  const entries = new Map();
  for (const name of (await caches.keys()).filter((name) => name.startsWith(ours()))) {
    const cache = await caches.open(name);
    for (const response of await cache.matchAll()) entries.set(response.headers.get(SUM), response);
  }
  return entries;
}

async function keepAll() {
  const entries = await older();
  const cache = await caches.open(cacheName());
  const anew = async (/** @type {string} */ file) => comesLater(file) || fetched(cache, file);
  await Promise.all(Object.entries(FILES).map(async ([file, sum]) => {
    const same = entries.get(sum);
    if (!same) return anew(file);
    const body = await same.arrayBuffer();
    // Nothing that lies around is believed.
    if ((await checksum(body)) !== sum) return anew(file);
    return put(cache, file, body, same.headers.get('content-type') ?? '');
  }));
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  const whole = Object.keys(FILES).every((file) => comesLater(file) || kept.has(new URL(file, scope()).href));
  if (!whole) throw new Error(`there is no room for version ${VERSION}`);
}

async function forgetOthers() {
  const names = await caches.keys();
  const former = await Promise.all(names.filter((name) => FORMERLY.test(name)).map(async (name) => {
    const cache = await caches.open(name);
    return (await cache.match(new URL(PAGE, scope()))) ? [name] : [];
  }));
  const others = names.filter((name) => name.startsWith(ours()) && name !== cacheName());
  await Promise.all([...others, ...former.flat()].map((name) => caches.delete(name)));
}

/** @param {string} file */
async function kept(file) {
  const cache = await caches.open(cacheName());
  const entry = await cache.match(new URL(file, scope()));
  // A browser that is short of room may have let go of it, and so may whoever clears it: then it is fetched and kept anew.
  if (entry) return entry;
  // Another version's page names only that version's files.
  return fetched(cache, file).catch((error) => (isPage(file) ? fetch(new URL(file, scope()), { cache: 'no-cache' }) : Promise.reject(error)));
}

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(forgetOthers()));
worker.addEventListener('message', (/** @type {any} */ event) => event.data === 'use' && worker.skipWaiting());
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { method, url } = event.request;
  if (method !== 'GET' || !url.startsWith(scope())) return;
  const file = new URL(url).pathname.slice(new URL(scope()).pathname.length).replace(/(^|\/)$/, `$1${PAGE}`);
  if (file in FILES) event.respondWith(kept(file));
});
