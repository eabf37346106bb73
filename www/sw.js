// The service worker: keeps one whole version of the page, so that it opens without a network and never mixes old files
// with new ones. Weights are not its business: they are kept by their checksums (kept.js).

/** The files of this version by their SHA-256, which `cargo xtask build` writes here. @type {Record<string, string>} */
const FILES = {};

/** What this version is called: files that are the same make the same version. */
const VERSION = '';

const CACHES = 'pushforward-page-';

/** @type {any} The scope of a service worker, which the page's types do not know. */
const worker = self;

const scope = () => worker.registration.scope;

/** @param {ArrayBuffer} body */
async function checksum(body) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Cache} cache @param {string} file */
async function keep(cache, file) {
  const url = new URL(file, scope());
  const response = await fetch(url, { cache: 'no-cache' });
  const body = await response.arrayBuffer();
  // A server that is being renewed just now may still have an old one, or not yet have it: then this version is not kept.
  if (!response.ok || (await checksum(body)) !== FILES[file]) throw new Error(`${file} is not of version ${VERSION}`);
  await cache.put(url, new Response(body, { headers: { 'content-type': response.headers.get('content-type') ?? '' } }));
}

async function keepAll() {
  const cache = await caches.open(CACHES + VERSION);
  await Promise.all(Object.keys(FILES).map((file) => keep(cache, file)));
}

async function forgetOthers() {
  const others = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHES + VERSION);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** @param {URL} url */
async function kept(url) {
  const cache = await caches.open(CACHES + VERSION);
  // A browser that is short of room may have let go of it.
  return (await cache.match(url)) ?? fetch(url);
}

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(forgetOthers()));
worker.addEventListener('message', (/** @type {any} */ event) => event.data === 'use' && worker.skipWaiting());
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { method, url } = event.request;
  if (method !== 'GET' || !url.startsWith(scope())) return;
  const file = new URL(url).pathname.slice(new URL(scope()).pathname.length) || 'index.html';
  if (file in FILES) event.respondWith(kept(new URL(file, scope())));
});
