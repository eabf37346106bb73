// Work that is asked for faster than it can be done.

/**
 * Of the calls that come while one is at work only the newest counts.
 * @param {() => Promise<void>} work
 */
export function newest(work) {
  let [working, another] = [false, false];
  return async () => {
    another = true;
    if (working) return;
    working = true;
    try {
      while (another) {
        another = false;
        await work();
      }
    } finally {
      working = false;
    }
  };
}
