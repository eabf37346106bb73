// The share button: the system's share sheet on a phone, else the link on the clipboard.

import { words } from '../words.js';

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
    const url = api.link(store.value);
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
