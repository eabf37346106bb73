// Keeps the page's address and its state the same, both ways.

/** Browsers refuse more than about three changes of the address a second for long. */
const PAUSE = 300;

/**
 * @param {import('./state.js').Store} store
 * @param {(messages: import('../pushforward.js').Replaced[]) => void} complain
 */
export function syncAddress(store, complain) {
  let timer = 0;
  const write = () => {
    timer = 0;
    if (location.hash !== `#${store.link}`) history.replaceState(null, '', `#${store.link}`);
  };
  store.addEventListener('change', () => (timer ||= setTimeout(write, PAUSE)));
  addEventListener('hashchange', () => {
    complain(store.read(location.hash));
    clearTimeout(timer);
    write();
  });
  write();
}
