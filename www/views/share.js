// The share button: the system's share sheet on a phone, else the link on the clipboard.

import { words } from '../words.js';

/** The families that have an address of their own here, as `cargo xtask build` writes them. */
const known = document.querySelector('meta[name=families]')?.getAttribute('content')?.split(' ') ?? [];

/**
 * The address of a link: below that of its family, where there is one. What stands after the `#` never reaches a server, so only there is
 * the link previewed by what its family draws.
 * @param {string} link
 * @param {string} model
 */
function addressOf(link, model) {
  const url = new URL(link);
  const [, folder, file] = /** @type {RegExpExecArray} */ (/^(.*\/)([^/]*)$/.exec(url.pathname));
  if (known.includes(model)) url.pathname = `${folder}${model}/${file}`;
  return url.href;
}

/** How long the button says that the link was copied. */
const THANKS = 2500;

/**
 * @param {HTMLElement} button
 * @param {import('../main.js').Context} context
 */
export function mount(button, { api, store, notices }) {
  const label = button.textContent;
  /** @type {HTMLButtonElement} */ (button).disabled = false;
  let timer = 0;
  button.addEventListener('click', async () => {
    const url = addressOf(api.link(store.value), store.value.model);
    try {
      if (matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ url })) {
        await navigator.share({ title: document.title, url });
        return;
      }
      await navigator.clipboard.writeText(url);
      button.textContent = words.share.copied;
      clearTimeout(timer);
      timer = setTimeout(() => (button.textContent = label), THANKS);
    } catch (error) {
      // A share sheet that was closed is no failure.
      if (/** @type {Error} */ (error).name !== 'AbortError') notices.show('share', words.share.byHand(url));
    }
  });
}
