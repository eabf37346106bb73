// The element's entry for bundlers; index.jsx says why it is called so.
export * from './www/element.js';
