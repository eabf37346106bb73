// Has the page kept for visits without a network, and offers a newer version of it once that is here as a whole.

import { words } from './words.js';

/** @param {import('./views/notices.js').Notices} notices */
export async function keepForOffline(notices) {
  const container = navigator.serviceWorker;
  // A browser may have none, or not allow one here.
  const registration = await container?.register('sw.js', { updateViaCache: 'none' }).catch(() => null);
  if (!registration) return;
  /** @param {ServiceWorker | null} worker */
  function offer(worker) {
    // The first version is no newer one.
    if (!worker || !container.controller) return;
    notices.show('version', words.newer, { label: words.useNewer, act: () => worker.postMessage('use') });
  }
  /** Offers it as soon as it is here as a whole. @param {ServiceWorker | null} worker */
  function expect(worker) {
    worker?.addEventListener('statechange', () => worker.state === 'installed' && offer(worker));
  }
  offer(registration.waiting);
  // One may be on its way since before anybody listened.
  expect(registration.installing);
  registration.addEventListener('updatefound', () => expect(registration.installing));
  // All open pages go over together; what they draw is in their addresses.
  let controlled = container.controller !== null;
  container.addEventListener('controllerchange', () => {
    if (controlled) location.reload();
    controlled = true;
  });
}
