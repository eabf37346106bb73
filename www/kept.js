// Weights kept from one visit to the next in the browser's Cache API, each by its checksum; without it, nothing is kept.

/**
 * Where a model's weights lie, and what they are.
 * @typedef {{ url: string, sha256: string }} Source
 */

const CACHE = 'pushforward-weights';

/**
 * The weights that an earlier visit kept, if they are still these.
 * @param {Source} source
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
export async function recall(source) {
  return quietly(async () => {
    const kept = await (await caches.open(CACHE)).match(key(source));
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  });
}

/**
 * Keeps weights that were found to be good, and lets go of those of this deployment that it has no use for any more.
 * Another one of the same origin has its own.
 * @param {Source} source
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Source[]} all
 */
export async function keep(source, bytes, all) {
  await quietly(async () => {
    const cache = await caches.open(CACHE);
    await cache.put(key(source), new Response(bytes));
    const current = new Set(all.map(key));
    const ours = new Set(all.map(({ url }) => folderOf(url)));
    const old = (await cache.keys()).filter(({ url }) => ours.has(folderOf(url)) && !current.has(url));
    await Promise.all(old.map((request) => cache.delete(request)));
  });
}

/**
 * Not by its name, which bundlers make anew from its content.
 * @param {Source} source
 */
function key({ url, sha256 }) {
  return `${folderOf(url)}?sha256=${sha256}`;
}

/** @param {string} url */
function folderOf(url) {
  return new URL('.', url).href;
}

/**
 * Storage may be missing, forbidden or full: then the network serves, as on the first visit.
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T | null>}
 */
async function quietly(act) {
  try {
    return await act();
  } catch {
    return null;
  }
}
