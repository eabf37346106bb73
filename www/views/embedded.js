// In a frame of another page: the way from the picture to the whole of this one.

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mount(root, { store }) {
  // Without the query, which says that this is a frame.
  store.watch(() => (/** @type {HTMLAnchorElement} */ (root).href = new URL(`#${store.link}`, location.origin + location.pathname).href));
}
