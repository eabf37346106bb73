// What the page opens with where the address says nothing: a sharp picture, of a model that is small and draws in one pass.

export const USUAL = 'model=gan-fashion&class=9&seed=17';

/**
 * What an address asks for.
 * @param {string} fragment with or without its '#'
 */
export function askedBy(fragment) {
  return fragment.length > 1 ? fragment : USUAL;
}
