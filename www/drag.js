// A drag: one pointer that has taken hold of something, until it lets go.

/** The main button of a mouse, a finger or a pen, among those that are down. */
const MAIN = 1;

/**
 * Only the pointer that took hold counts, so another finger moves nothing. A release that was lost outside the window is
 * noticed at the next move.
 * @param {GlobalEventHandlers & Element} element
 * @param {(event: PointerEvent) => boolean} take whether it may take hold where it presses
 * @param {(event: PointerEvent) => void} move
 * @param {() => void} [end]
 */
export function drag(element, take, move, end) {
  /** @type {number | null} */
  let holder = null;
  /** @param {PointerEvent} event */
  const release = ({ pointerId }) => {
    if (pointerId !== holder) return;
    holder = null;
    end?.();
  };
  element.addEventListener('pointerdown', (event) => {
    // Whoever presses again has let go before.
    release(event);
    if (event.button !== 0 || holder !== null || !take(event)) return;
    holder = event.pointerId;
    element.setPointerCapture(holder);
  });
  element.addEventListener('pointermove', (event) => {
    if (event.pointerId !== holder) return;
    if (event.buttons & MAIN) move(event);
    else release(event);
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) element.addEventListener(type, release);
}
