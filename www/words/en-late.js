// What parts of the page say in English that come later, if at all.

export const words = {
  tour: {
    /** What is to be done at each step, in the order of www/tour.js. */
    steps: [
      'Each point of this plane is a latent. Drag the point, or move it with the arrow keys: the picture follows.',
      'Every latent between two samples has a picture, too. Move the slider from A to B.',
      'The arc keeps the norm of a typical sample; the straight line cuts through the middle. Choose the other one.',
      'B is a sample of the Gaussian, named by its seed. Roll another one.',
      'A class narrows the distribution. Choose another one: the latent stays, its picture is another.',
      'A class is not one picture but a distribution of them. Sample again.',
      'So far the map was one shot. Choose diffusion, which removes noise step by step.',
      'Fewer steps are faster, and coarser. Set the steps to 8 or less.',
      'Now choose the autoregressive model: it samples pixel by pixel, each from the ones before.',
      'All that you see is in the address. Share it: whoever opens it samples the same picture. Or just go on from here.',
    ],
    /** @param {number} step @param {number} steps */
    count: (step, steps) => `Step ${step} of ${steps}`,
    done: 'Done.',
    back: 'Back',
    skip: 'Skip',
    next: 'Next',
    end: 'End the tour',
    finish: 'Finish',
  },

  race: {
    start: 'At the start…',
    /** @param {number} percent */
    fetched: (percent) => `fetched ${percent} %`,
    /** @param {string} first @param {string} soon @param {string} last @param {string} late @param {number} times */
    verdict: (first, soon, last, late, times) => `First: ${first}, after ${soon}. Last: ${last}, after ${late}, ${times} times as long.`,
    /** @param {string} name */
    notYet: (name) => `${name}: not drawn yet`,
    /** @param {string} name */
    home: (name) => `${name}: the picture`,
    /** @param {string} name @param {number} step @param {number} steps */
    after: (name, step, steps) => `${name}: after step ${step} of ${steps}`,
    /** @param {number} all */
    of: (all) => `of ${all}`,
    /** @param {number} done @param {number} all */
    passes: (done, all) => `${done} of ${all}`,
  },

  own: {
    same: 'The same picture, to the level.',
    /** @param {string} levels */
    beside: (levels) => `${levels} levels of 255 beside it, on average.`,
    /** @param {string} bits @param {string} usual @param {boolean} exact */
    bits: (bits, usual, exact) =>
      ` ${exact ? '' : 'At most '}${bits} bits per dimension, where ${exact ? '' : 'at most '}${usual} are usual for clothes.`,
    /** @param {number} row @param {number} column @param {string} levels */
    cell: (row, column, levels) => `Row ${row}, column ${column}: ${levels}.`,
    empty: 'Your picture, still empty',
    drawn: 'Your picture',
  },

  norms: {
    chart: 'The norm along the straight line and along the arc, over that of samples',
    /** @param {number} dimension */
    axis: (dimension) => `|z| along the path, on χ of ${dimension} dimensions`,
    lerp: 'straight',
    slerp: 'arc',
    /** @param {string} straight @param {string} arc @param {string} share of draws @param {boolean} rare */
    said: (straight, arc, share, rare) =>
      `Halfway, a point of the straight line has the norm ${straight}, and one of the arc ${arc}. Of samples, ${share} have less than ${straight}` +
      (rare ? ': the map has hardly ever seen such a point in training, and what it draws there is dull, or a mixture of several things.' : '.'),
    /** @param {'lerp' | 'slerp'} mode @returns {string} */
    half: (mode) => (mode === 'lerp' ? 'Halfway on the straight line' : 'Halfway on the arc'),
  },

  given: {
    /** @param {string} name @param {string} kinds @param {string} got */
    kind: (name, kinds, got) => `${name}: expected a picture (${kinds}), got ${got || 'a file of unknown kind'}`,
    /** @param {string} name @param {number} most @param {string} got */
    pixels: (name, most, got) => `${name}: expected at most ${most} megapixels, got ${got}`,
    /** @param {string} name @param {string} kind */
    broken: (name, kind) => `${name}: expected a ${kind} picture, but it cannot be read as one`,
    /** @param {string} name @param {number} most @param {number} got */
    bytes: (name, most, got) => `${name}: expected at most ${most} MB, got ${got} MB`,
    /** @param {string} name @param {string} reason */
    unread: (name, reason) => `${name} could not be read: ${reason}`,
  },

  choices: {
    codes: { title: 'The codes so far', map: 'The codes so far, each with a colour of its own' },
    levels: { title: 'The levels so far', map: 'The levels so far' },
    /** @param {number} row @param {number} column @param {string} u @param {number} chosen @param {number} alternatives @param {string} chance */
    said: (row, column, u, chosen, alternatives, chance) =>
      `Row ${row}, column ${column}: u = Φ(z) = ${u} picks number ${chosen} of 0 to ${alternatives - 1}, which had a chance of ${chance}.`,
    waiting: 'Nothing is chosen yet.',
    chart: 'The cumulative distribution of the choice, and u',
  },

  precision: {
    q8: '8 bits',
    q4: '4 bits',
    /** @param {string} levels @param {number} most */
    difference: (levels, most) =>
      most === 0 ? 'The same picture, to the level.' : `They differ by ${levels} levels of 255 on average, and by ${most} at most; the difference is shown eight times as strong.`,
    /** @param {string} samples @param {string} q8 @param {string} q4 */
    recorded: (samples, q8, q4) => ` Over ${samples} pictures, as recorded: FD ${q8} × floor with 8 bits, ${q4} × with 4.`,
  },

  noise: {
    /** @param {number} row @param {number} column @param {string} value @param {boolean} painted */
    cell: (row, column, value, painted) => `Row ${row}, column ${column}: ${value}${painted ? ', painted over' : ''}.`,
    /** @param {number} painted @param {number} all */
    canvas: (painted, all) => `A picture of noise, ${painted ? `${painted} of its ${all} coordinates painted over` : 'not painted over'}`,
  },

  /** What the properties of a link are, in short. */
  properties: {
    model: 'generator',
    class: 'class',
    prompt: 'prompt',
    toprompt: 'prompt at B',
    style: 'style',
    seed: 'seed of A',
    to: 'seed of B',
    mode: 'kind of path',
    t: 'place on the path',
    at: 'point of the plane',
    steps: 'steps',
    guidance: 'guidance scale',
    temperature: 'temperature',
    sampler: 'sampler',
    mask: 'noise that is painted over',
    swap: 'coordinates taken from B',
    draws: 'seed of the many pictures',
    precision: 'bits of the weights',
  },

  /** The parts of the page. */
  parts: {
    opening: 'opening',
    families: 'families',
    say: 'prompt',
    plane: 'plane',
    coordinates: 'coordinates',
    controls: 'steps, guidance, temperature',
    picture: 'picture',
    classes: 'classes or styles',
    choices: 'choices so far',
    way: 'path from A to B',
    many: 'many pictures',
    histogram: 'typical sample?',
    story: 'one idea',
    kinds: 'five ways',
    norms: 'line or arc',
    race: 'race',
    own: 'a picture of your own',
    model: 'model and its bits',
    glossary: 'terms',
    editor: 'this editor',
  },

  lesson: {
    done: 'Done: it is so.',
    open: 'Not yet.',
    leave: 'Show the whole page',
    /** @param {string[]} names */
    kept: (names) => `Fixed in this lesson: ${names.join(', ')}.`,
    measured: {
      /** @param {string} value */
      norm: (value) => `|z| / √d = ${value}`,
      /** @param {string} percent */
      changed: (percent) => `${percent} % of the pixels changed`,
    },
  },

  editor: {
    show: 'Show only (nothing ticked: all)',
    lock: 'Keep as it is',
    task: 'Ask',
    goal: 'It is done when',
    goalHelp: 'One value, or two for the ends of a range, both included.',
    of: 'What must hold',
    nothing: '–',
    from: 'value, or least',
    to: 'most',
    measured: { norm: '|z| / √d, measured', changed: 'share of pixels changed, measured' },
    link: 'Link',
    frame: 'Frame for a page of your own',
    open: 'Open the lesson',
    code: 'QR code of the lesson’s link',
    copy: 'Copy',
    copied: 'Copied',
  },
};

/** @typedef {typeof words} Words */
