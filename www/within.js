// Patience that ends: a GPU that has not answered in twenty seconds will not.

/**
 * @template T
 * @param {Promise<T>} answer
 * @param {string} reason
 * @returns {Promise<T>}
 */
export function within(answer, reason) {
  return new Promise((resolve, reject) => {
    answer.then(resolve, reject);
    setTimeout(() => reject(new Error(reason)), 20_000);
  });
}
