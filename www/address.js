// What somebody changes is soon in the page's address, and what the address says is drawn.

/** Browsers refuse more than about three changes of the address a second for long. */
const PAUSE = 300;

/** What changed is to be seen first: writing an address takes a browser milliseconds. */
const FRAME = 30;

/**
 * @param {import('./state.js').Store} store
 * @param {(messages: import('../pushforward.js').Replaced[]) => void} complain
 */
export function syncAddress(store, complain) {
  let timer = 0;
  let written = -Infinity;
  /** What stands in the address as far as this knows. */
  let known = location.hash;
  const write = () => {
    if (timer === 0) return;
    timer = 0;
    // Somebody has just gone to another address, and the event that says so is still on its way.
    if (location.hash !== known) return;
    history.replaceState(history.state, '', `#${store.link}`);
    known = location.hash;
    written = performance.now();
  };
  // A change that comes alone is written after its frame, so that who reloads loses nothing; of many, the last one is.
  store.addEventListener('change', () => (timer ||= setTimeout(write, Math.max(FRAME, written + PAUSE - performance.now()))));
  addEventListener('pagehide', write);
  // What an address asks for stands there as it was asked until somebody changes the picture: a link that was not understood is not lost.
  addEventListener('hashchange', () => {
    known = location.hash;
    complain(store.read(known));
    clearTimeout(timer);
    timer = 0;
  });
}
