// Patience that ends: a GPU that has given no sign in twenty seconds will not.

/**
 * @template T
 * @param {Promise<T>} answer
 * @param {string} reason
 * @param {Set<() => void>} [signs] where to be told of signs of life, with each of which patience begins anew
 * @returns {Promise<T>}
 */
export function within(answer, reason, signs) {
  return new Promise((resolve, reject) => {
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => reject(new Error(reason)), 20_000);
    };
    const done = () => (clearTimeout(timer), signs?.delete(wait));
    signs?.add(wait);
    wait();
    answer.then(resolve, reject).finally(done);
  });
}
