// The module that draws by plans on WebGPU exports what the first one does.

export * from '../pushforward.js';
export { default } from '../pushforward.js';
