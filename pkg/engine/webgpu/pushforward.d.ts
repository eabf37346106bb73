// The module that draws on WebGPU by Burn's backend exports what the first one does.

export * from '../pushforward.js';
export { default } from '../pushforward.js';
