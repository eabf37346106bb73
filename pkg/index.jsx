// The entry for bundlers: the API as it is. It has no JSX in it; by this name a development server like Vite's serves the
// package as its files lie, where of a `.js` it would make one file elsewhere, from which no worker and no weights are found.
export * from './www/api.js';
export { default } from './www/api.js';
