// What the page says in English, beyond index.html, which says in English what stands still.

/**
 * @import { Card, DeviceInfo, Sampler } from '../../pkg/index.d.ts'
 * @import { Property, Replaced } from '../../pushforward.js'
 * @typedef {Record<string, string>} Texts
 */

/** The numbers from zero on, in words, as far as they have one here. */
const FEW = ['no', 'one', 'two', 'three'];

/** @param {number} count @param {string} one @param {string} more */
const counted = (count, one, more) => `${FEW[count] ?? count} ${count === 1 ? one : more}`;

export const words = {
  locale: 'en',
  /** For elements of index.html, by their `data-say` and `data-label`: they say it already. @type {Texts} */
  page: {},
  /** @param {string} name */
  title: (name) => `Pushforward: ${name}`,
  tryAgain: 'Try again',
  reload: 'Reload the page',
  lacking: (/** @type {string} */ what) => `This browser has no ${what}, without which nothing can be drawn here. Chrome and Edge from 117, Firefox from 121 and Safari from 16.4 have it.`,
  dismiss: 'Dismiss this message',
  /** @param {string} asked */
  backend: (asked) => `backend=${asked} in the address: expected webgpu or cpu. The page chooses by itself.`,
  /** @param {string} reason */
  partMissing: (reason) => `A part of the page could not be loaded: ${reason}`,
  badLink: 'This link was not quite right, so the nearest picture is drawn.',
  /** @param {Replaced} replaced */
  replaced: ({ text }) => text,
  /** @param {string} got @param {number} now */
  version: (got, now) =>
    `The weights of this generator have been replaced since this link was made (version ${got}, now ${now}). The latent is the same; the picture may be another.`,
  newer: 'A newer version of this page is here.',
  useNewer: 'Use it',
  /** @param {Error & Partial<import('../../types/page.d.ts').Packed>} error */
  error: ({ message = '' }) => message,
  /** @param {Property | undefined} property */
  help: (property) => property?.help ?? '',
  /** @param {Card} card */
  name: (card) => card.name,
  /** @param {string} name */
  className: (name) => name,
  /** @param {Card} card */
  knownLimits: (card) => card.known_limits?.en ?? '',
  anything: 'Anything',
  glossary: 'All terms',
  /** @param {string} sentence */
  quoted: (sentence) => `“${sentence}”`,
  /** @param {string} origin @param {string} other */
  fromTo: (origin, other) => `${origin} to “${other}”`,

  loading: {
    label: 'Loading',
    first: 'Fetching the engine',
    engine: 'The engine',
    /** @param {string} model */
    weights: (model) => `The weights of ${model}`,
    /** @param {string} what @param {string} received @param {string} total empty where it is not known @param {boolean} all */
    arrived: (what, received, total, all) => `${what}: ${received}${all ? ', starting' : total ? ` of ${total}` : ''}`,
  },

  device: {
    on: 'Drawing on ',
    gpu: 'WebGPU',
    software: 'WebGPU in software',
    cpu: 'the CPU',
    /** @param {string} name empty where there is none */
    adapter: (name) => (name ? `, ${name}. ` : '. '),
    /** @param {DeviceInfo} device @param {(milliseconds: number) => string} ms */
    took: ({ measured: m }, ms) => (m ? `A picture takes the CPU ${ms(m.cpu)} ms, WebGPU (${m.adapter}) ${ms(m.webgpu)} ms. ` : ''),
    /** @param {DeviceInfo} device */
    note: ({ note }) => note,
    /** @param {string} reason */
    replaced: (reason) => reason,
  },

  opening: {
    /** @param {number} index from 1 */
    component: (index) => `Component ${index} of the distribution`,
    role: 'component to drag',
    /** @param {string} x @param {string} y */
    place: (x, y) => `mean ${x}, ${y}`,
    pause: 'Pause',
    play: 'Play',
  },

  arrival: {
    /** @param {string} subject @param {string} place @param {string} model */
    sees: (subject, place, model) => `This link shows: ${subject}, ${place}, sampled by ${model} on your device.`,
    mine: 'Make it yours',
    close: 'Close this sentence',
  },

  families: {
    /** How each makes the map, by the families' names. @type {Texts} */
    plain: {
      vae: 'one shot, from a bottleneck',
      gan: 'one shot, against a critic',
      flow: 'one shot, and back again',
      diffusion: 'noise removed step by step',
      autoregressive: 'pixel by pixel',
      codes: 'code by code, then one shot',
      'latent-diffusion': 'emoji from a sentence',
    },
    /** @param {string} count */
    passes: (count) => (/\d$/.test(count) ? `${count} ${count === '1' ? 'pass' : 'passes'}` : count),
  },

  classes: {
    class: 'Class',
    style: 'Style',
    any: 'Any',
    /** Styles by the names that people know them by. @type {Texts} */
    styles: {
      noto: 'Noto',
      'noto-v1': 'Noto, first',
      twemoji: 'Twemoji',
      'fluent-emoji-flat': 'Fluent, flat',
      'fluent-emoji': 'Fluent',
      fxemoji: 'FxEmoji',
      emojione: 'EmojiOne',
    },
  },

  controls: {
    steps: 'Steps',
    guidance: 'Guidance',
    temperature: 'Temperature',
    sampler: 'Sampler',
    /** @param {string} count */
    countOfSteps: (count) => `${count} steps`,
    /** @type {Record<Sampler, string>} */
    samplers: { multistep: 'Multistep', ddim: 'DDIM', heun: 'Heun', ancestral: 'Ancestral' },
  },

  say: {
    prompt: 'Describe the picture, in any language',
    toprompt: 'the same, or another sentence',
    at: { A: 'Prompt', B: 'Prompt at B' },
    example: 'For example ',
    /** @param {number} most */
    tooLong: (most) => `A sentence has at most ${most} characters and no control characters: the rest was left out.`,
  },

  plane: {
    /** @param {number} dimension */
    formula: (dimension) => `z is distributed as a standard Gaussian in ${dimension} dimensions`,
    point: 'The point: arrow keys move it, shift for bigger steps, Home and End go to A and B',
    role: 'point of the plane',
    /** @param {string} x @param {string} y @param {string} r */
    place: (x, y, r) => `${x} across, ${y} up, ${r} from the origin`,
    /** @param {number} dimension @param {string} radius */
    typicalSet: (dimension, radius) => `typical set: |z| ≈ √${dimension} = ${radius}`,
  },

  bars: {
    label: 'Coordinates: arrow keys go from one to the other, the space bar takes that of B',
    /** @param {string} index @param {string} value @param {string} other @param {boolean} swapped */
    coordinate: (index, value, other, swapped) => (swapped ? `z${index} is B’s: ${value}` : `z${index}: ${value}, B’s is ${other}`),
  },

  picture: {
    off: 'off the path',
    /** @param {'A' | 'B'} letter */
    at: (letter) => `at ${letter}`,
    /** @param {number} percent */
    between: (percent) => `${percent} % from A to B`,
    /** @param {string} subject @param {string} place */
    said: (subject, place) => `${subject}, ${place}.`,
    /** @param {string} said */
    canvas: (said) => `A generated picture: ${said}`,
    /** @param {number} step @param {number} steps */
    step: (step, steps) => `Step ${step} of ${steps}.`,
    /** @param {number} steps */
    sketched: (steps) => `Sketched in ${steps} steps.`,
    /** @param {number} steps @param {string} milliseconds */
    drawn: (steps, milliseconds) => `Drawn in ${steps > 1 ? `${steps} steps, ` : ''}${milliseconds} ms.`,
    notYet: 'Not drawn yet',
    /** @param {number} step @param {number} steps */
    after: (step, steps) => `After step ${step} of ${steps}`,
  },

  ends: {
    seed: 'seed',
    roll: 'Roll',
    /** @param {'A' | 'B'} letter */
    rollFor: (letter) => `Roll a new seed for ${letter}`,
    /** @param {'A' | 'B'} letter @param {number} min @param {number} max @param {string} got @param {number} kept */
    refused: (letter, min, max, got, kept) =>
      `The seed of ${letter}: expected a whole number from ${min} to ${max}, got ${got ? `“${got}”` : 'none'}; it stays ${kept}.`,
    way: 'The path between the ends',
    slerp: 'Arc',
    lerp: 'Straight',
  },

  way: {
    slider: 'Where between A and B',
    off: 'the point is off the path',
    /** @param {number} index */
    frame: (index) => (index === 0 ? 'Go to A' : index === 8 ? 'Go to B' : `Go to ${index} eighths from A to B`),
  },

  many: {
    /** @param {number} seed @param {string} norm */
    draw: (seed, norm) => `Seed ${seed}, |z| = ${norm}. Click: take it as A; with shift: as B.`,
    /** @param {number} seed */
    take: (seed) => `Take the latent of seed ${seed} as A`,
    play: 'Play the trajectory',
    pause: 'Pause',
    /** @param {number} percent */
    at: (percent) => (percent === 0 ? 'noise' : percent === 100 ? 'pictures' : `${percent} % of the trajectory`),
  },

  histogram: {
    /** @param {string} norm @param {number} share in per cent */
    said: (norm, share) =>
      `|z| = ${norm}: ` + (share <= 0 ? 'less than nearly every sample.' : share >= 100 ? 'more than nearly every sample.' : `more than ${share} % of samples.`),
    coordinates: 'Histogram of the coordinates over the curve of N(0, 1)',
    side: 'zᵢ on N(0, 1)',
    /** @param {string} dimension */
    lengths: (dimension) => `|z| on χ${dimension}`,
    /** @param {number} dimension */
    length: (dimension) => `Its norm on the chi distribution of ${dimension} dimensions`,
  },

  take: {
    /** @param {string} reason */
    failed: (reason) => `The film could not be made: ${reason}`,
    noRecorder: 'this browser records no video',
    broke: 'the recording broke off',
  },

  share: {
    copied: 'Link copied',
    /** @param {string} url */
    byHand: (url) => `The link to this picture: ${url}`,
  },

  model: {
    family: 'Family',
    learnt: 'Learnt from',
    passes: 'Forward passes for a picture',
    parameters: 'Parameters',
    weights: 'Weights',
    knownLimits: 'Known limits',
  },

  quality: {
    /** @param {boolean} told */
    meaning: (told) =>
      `How far its samples are from real pictures, in multiples of how far those are from each other; and how many ${told ? 'are nearer to their own sentence than to 99 others' : 'the classifier recognizes'}`,
    floor: '× floor',
    /** @param {string} samples */
    distance: (samples) => `FD-fashion of ${samples} samples`,
    /** @param {string} distance @param {string} times */
    times: (distance, times) => `${distance}, ${times} × that of real pictures`,
    seen: 'Samples seen as their class',
    /** @param {string} share @param {string} real */
    real: (share, real) => `${share}; real pictures ${real}`,
    spread: 'Precision, recall',
    bits: 'Bits per dimension',
    /** @param {string} bits */
    bound: (bits) => `at most ${bits}`,
    /** @param {number} samples */
    nearer: (samples) => `Of ${samples} samples, nearer to their own sentence than to 99 others`,
    /** @param {number} steps */
    inSteps: (steps) => `In ${counted(steps, 'step', 'steps')}`,
    asked: 'Asked in (real pictures)',
    /** @param {string} share @param {string} real */
    beside: (share, real) => `${share} (${real})`,
    emoji: 'FD-emoji',
    diversity: 'Distance between two pictures of a sentence',
    /** @param {string} distance @param {string} real */
    hands: (distance, real) => `${distance}; drawn by two hands ${real}`,
    nearest: 'Error of the nearest picture learnt from',
    /** @param {string} error @param {string} real */
    apart: (error, real) => `${error}; of pictures kept apart ${real}`,
  },
};

/** @typedef {typeof words} Words */
