// Weights kept from one visit to the next in the browser's Cache API, each by its checksum; without it, nothing is kept.

/** @import { Card } from '../pkg/index.d.ts' */

const CACHE = 'pushforward-weights';

/**
 * The weights that an earlier visit kept, if they are still of this card.
 * @param {Card} card
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
export async function recall(card) {
  return quietly(async () => {
    const kept = await (await caches.open(CACHE)).match(key(card));
    return kept ? new Uint8Array(await kept.arrayBuffer()) : null;
  });
}

/**
 * Keeps weights that were found to be good, and lets go of those that no card describes any more.
 * @param {Card} card
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Card[]} cards
 */
export async function keep(card, bytes, cards) {
  await quietly(async () => {
    const current = new Set(cards.map(key));
    const cache = await caches.open(CACHE);
    await cache.put(key(card), new Response(bytes));
    const old = (await cache.keys()).filter(({ url }) => !current.has(url));
    await Promise.all(old.map((request) => cache.delete(request)));
  });
}

/** @param {Card} card */
function key({ id, weights: { file, sha256 } }) {
  return new URL(`../models/${id}/${file}?sha256=${sha256}`, import.meta.url).href;
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
