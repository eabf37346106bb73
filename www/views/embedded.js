// In a frame of another page: the way from the picture to the whole of this one.

/**
 * @param {HTMLElement} root
 * @param {import('../main.js').Context} context
 */
export function mountEmbedded(root, { api, store }) {
  store.watch(() => (/** @type {HTMLAnchorElement} */ (root).href = api.link(store.value)));
}
