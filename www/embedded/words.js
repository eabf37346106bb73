// What figures say in other pages, in the language of the page around them.

import { NAMES } from '../words/zh-names.js';

/**
 * @import { Card, State } from '../../pkg/index.d.ts'
 * @typedef {'en' | 'zh'} Language
 */

const english = {
  /** @param {number} [percent] */
  loading: (percent) => (percent === undefined ? 'Loading…' : `Loading… ${percent} %`),
  tryAgain: 'Try again',
  /** By the kinds of errors. @type {Record<string, string>} */
  failures: {
    request: 'This cannot be drawn',
    weights: 'The weights of the model are not here',
    'device-lost': 'The device that draws was lost',
    internal: 'The engine did not start, or stopped',
  },
  /** @param {string} what @param {string} reason */
  because: (what, reason) => `${what}: ${reason}`,
  /** @param {Card} card */
  model: (card) => card.name,
  /** @param {string} name */
  className: (name) => name,
  anything: 'Any class',
  anyPicture: 'Anything',
  /** @param {string} sentence */
  quoted: (sentence) => `“${sentence}”`,
  /** @param {string} from @param {string} to */
  fromTo: (from, to) => `${from} to ${to}`,
  /** @param {string} subject @param {string} place */
  picture: (subject, place) => `Sample: ${subject}, ${place}`,
  /** @param {number} percent */
  between: (percent) => (percent === 0 ? 'at A' : percent === 100 ? 'at B' : `${percent} % from A to B`),
  off: 'off the path',
  way: {
    slider: 'Position on the path from A to B',
    /** @param {'A' | 'B'} letter */
    go: (letter) => `Go to ${letter}`,
  },
  plane: {
    point: 'The latent: arrow keys move it, with shift in larger steps; Home and End go to A and B',
    role: 'point of the plane',
    /** @param {string} x @param {string} y @param {string} r */
    place: (x, y, r) => `${x} across, ${y} up, norm ${r}`,
    /** @param {number} dimension @param {string} radius */
    typicalSet: (dimension, radius) => `typical set: |z| ≈ √${dimension} = ${radius}`,
    /** @param {string} norm @param {string} typical */
    norm: (norm, typical) => `|z| = ${norm}, typical ${typical}`,
  },
  many: {
    again: 'Sample again',
    /** @param {number} seed */
    sample: (seed) => `Sample of seed ${seed}`,
    /** @param {number} first @param {number} last */
    seeds: (first, last) => `seeds ${first} to ${last}`,
  },
  race: {
    again: 'Start again',
    start: 'Start',
    /** @param {number} count */
    ready: (count) => `${count} ${count === 1 ? 'model' : 'models'}, the same seed`,
    /** @param {number} step @param {number} steps */
    step: (step, steps) => `${step} of ${steps} ${steps === 1 ? 'step' : 'steps'}`,
    /** @param {string} name @param {string} time */
    first: (name, time) => `First: ${name}, ${time}`,
    milliseconds: 'ms',
    seconds: 's',
  },
};

/** @typedef {typeof english} Words */

/** @type {Words} */
const chinese = {
  loading: (percent) => (percent === undefined ? '正在加载…' : `正在加载… ${percent} %`),
  tryAgain: '再试一次',
  failures: {
    request: '无法绘制',
    weights: '没有取得模型的权重',
    'device-lost': '绘图设备已丢失',
    internal: '引擎没有启动，或已停止',
  },
  because: (what, reason) => `${what}：${reason}`,
  model: ({ family, name }) => NAMES[family] ?? name,
  className: (name) => NAMES[name] ?? name,
  anything: '任意类别',
  anyPicture: '任意图像',
  quoted: (sentence) => `“${sentence}”`,
  fromTo: (from, to) => `${from}到${to}`,
  picture: (subject, place) => `样本：${subject}，${place}`,
  between: (percent) => (percent === 0 ? '在 A 处' : percent === 100 ? '在 B 处' : `从 A 到 B 的 ${percent} % 处`),
  off: '在路径之外',
  way: {
    slider: '从 A 到 B 的路径上的位置',
    go: (letter) => `到 ${letter}`,
  },
  plane: {
    point: '隐变量：方向键移动它，加 shift 移得更远，Home 和 End 到 A 和 B',
    role: '平面上的点',
    place: (x, y, r) => `横向 ${x}，纵向 ${y}，范数 ${r}`,
    typicalSet: (dimension, radius) => `典型集：|z| ≈ √${dimension} = ${radius}`,
    norm: (norm, typical) => `|z| = ${norm}，典型值 ${typical}`,
  },
  many: {
    again: '重新采样',
    sample: (seed) => `种子 ${seed} 的样本`,
    seeds: (first, last) => `种子 ${first} 至 ${last}`,
  },
  race: {
    again: '重新开始',
    start: '开始',
    ready: (count) => `${count} 个模型，同一个种子`,
    step: (step, steps) => `${step} / ${steps} 步`,
    first: (name, time) => `最先：${name}，${time}`,
    milliseconds: '毫秒',
    seconds: '秒',
  },
};

/** @param {Language} language */
export function wordsIn(language) {
  return language === 'zh' ? chinese : english;
}

/**
 * The language around an element, where it is one of these; else English.
 * @param {Element} element
 * @returns {Language}
 */
export function languageOf(element) {
  /** @type {Element | null} */
  let around = element;
  while (around) {
    const said = around.closest('[lang]');
    // `zh`, `zh-Hant-TW` and `zh_CN` are one language.
    if (said) return said.getAttribute('lang')?.split(/[-_]/)[0].toLowerCase() === 'zh' ? 'zh' : 'en';
    const root = around.getRootNode();
    around = root instanceof ShadowRoot ? root.host : null;
  }
  return 'en';
}

/**
 * What pictures of a state are of, for people.
 * @param {State} state
 * @param {Card} card
 * @param {Words} words
 */
export function subjectOf({ class: chosen, prompt, toprompt }, { classes, condition }, words) {
  if (condition === 'class') return chosen === 'any' ? words.anything : words.className(classes[chosen]);
  const from = prompt.trim() ? words.quoted(prompt.trim()) : words.anyPicture;
  return toprompt.trim() ? words.fromTo(from, words.quoted(toprompt.trim())) : from;
}

/**
 * A figure's caption: of what, by which model, and what else there is to say.
 * @param {State} state
 * @param {Card} card
 * @param {Words} words
 * @param {string} [more]
 */
export function captionOf(state, card, words, more) {
  return [subjectOf(state, card, words), words.model(card), ...(more ? [more] : [])].join(' · ');
}

/**
 * Where a state's picture is on the path, for people.
 * @param {State} state
 * @param {Words} words
 */
export function placeOf({ t, at }, words) {
  return at ? words.off : words.between(Math.round(100 * t));
}

/**
 * What went wrong, for people; the reason is in English.
 * @param {unknown} error
 * @param {Words} words
 */
export function failureOf(error, words) {
  const { kind = 'internal', message = String(error) } = /** @type {Partial<import('../errors.js').PushforwardError>} */ (error ?? {});
  return words.because(words.failures[kind] ?? words.failures.internal, message);
}
