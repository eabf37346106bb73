// What the page says in Simplified Chinese: the table of en.js, and in zh-page.js what index.html says in English.

import { NAMES } from './zh-names.js';
import { page } from './zh-page.js';

/** What each property of the state is for. @type {Record<keyof import('../../pkg/index.d.ts').State, string>} */
const HELP = {
  model: '生成器。',
  version: '链接所用的生成器权重是第几版，仅在权重被替换过时才有。',
  class: '使分布收窄的条件。',
  prompt: '要画的内容，任何语言都可以；它使分布收窄。',
  toprompt: 'B 处要画的内容；留空则与 A 处相同。',
  style: '哪一套表情符号的画风；不选则不限。',
  seed: '隐变量 A 的种子。',
  to: '隐变量 B 的种子。',
  mode: '从 A 到 B 的路径：直线，或保持范数的弧线。',
  t: '在路径上的位置。',
  at: '经过原点、A 和 B 的平面上的一点，代替路径上的点。',
  steps: '从噪声到图像的前向次数：越多越精细，也越慢。',
  guidance: '对类别或句子的遵循程度：1 与训练时相同，0 则完全不理会。',
  temperature: '采样的随机程度：1 与训练时相同，更小则更保守。',
  sampler: '每一步怎么走：参考上一步（multistep）、沿直线（DDIM）、每步计算两次（Heun），或加入新噪声（ancestral）。',
  mask: '噪声中哪些坐标被涂抹。',
  brush: '涂抹所用噪声的种子。',
  swap: '哪些坐标取自 B，无论点在何处。',
  draws: '旁边那批图像中第一张的种子。',
  precision: '模型权重的精度：发布时的 8 比特，或 4 比特。',
  lang: '页面的语言；不选则用读者自己的。',
  show: '一课只显示本页的哪些部分；不写则全部显示。',
  lock: '一课让什么保持不变。',
  task: '一课提出的问题。',
  goal: '满足什么才算完成。',
  tour: '导览进行到第几步；未参加导览则为空。',
};

/** Why a device was chosen. @type {Record<string, (reason: { adapter?: string, message?: string }) => string>} */
const REASONS = {
  cpu: () => '应要求使用 CPU。',
  software: () => '应要求使用 WebGPU，但该适配器是软件实现的：CPU 会更快。',
  only: ({ adapter }) => `唯一的 WebGPU 适配器 ${adapter} 是软件实现的；CPU 更快。`,
  unknown: () => '此浏览器没有 WebGPU。',
  nothing: () => '这台设备上没有 WebGPU 适配器。',
  refused: ({ message }) => `WebGPU 被拒绝：${message}。`,
  choices: () => '这类模型要逐个作出选择，一律由 CPU 计算。',
  'no-plan': () => '这类模型没有 WebGPU 的执行方案，由 CPU 绘制。',
  failed: ({ message }) => `WebGPU 出了故障，改由 CPU 绘制：${message}。`,
};

/** What a property of a link can be. @type {Record<string, (of: any) => string>} */
const EXPECTED = {
  nothing: () => '无',
  models: () => '某个模型的名字',
  classes: (count) => (count ? '模型某个类别的编号，或 any' : 'any，因为该模型没有类别'),
  whole: ({ min, max }) => `从 ${min} 到 ${max} 的整数`,
  number: ({ min, max }) => `从 ${min} 到 ${max} 的数`,
  point: ({ min, max }) => `从 ${min} 到 ${max} 的两个数，以逗号分隔`,
  version: (now) => `模型权重的第 ${now} 版`,
  words: (/** @type {string[]} */ words) => `${words.join('、')} 之一`,
  languages: (/** @type {string[]} */ tags) => `本页的语言（${tags.join('、')}）`,
  coordinates: (count) => `${count} 个坐标的位图（base64url）`,
  names: (/** @type {string[]} */ names) => `${names.join('、')} 中的几个，以逗号分隔`,
  goal: (/** @type {string[]} */ names) => `以逗号分隔的条件，形如 名称~值 或 名称~最小~最大，名称为 ${names.join('、')} 之一`,
  sentence: (most) => `一行至多 ${most} 个字符的句子`,
};

/** What went wrong, by its code. @type {Record<string, (details: any) => string>} */
const ERRORS = {
  type: ({ name, expected, got }) => `${name}：应为 ${expected}，却是 ${got}`,
  option: ({ name, option, expected }) => `${name}：没有选项“${option}”，应为 ${expected}`,
  both: ({ name, one, other }) => `${name}：${one} 和 ${other} 只能给一个`,
  strength: ({ name }) => `${name}：strength 需要一张起始图像`,
  'latent-length': ({ model, expected, got }) => `模型 ${model} 的隐变量应有 ${expected} 个坐标，却有 ${got} 个`,
  'latent-not-finite': ({ coordinate, got }) => `隐变量的第 ${coordinate + 1} 个坐标应为有限数，却是 ${got}`,
  'latent-dimensions': ({ expected, got }) => `两个隐变量的维数应相同，却是 ${expected} 和 ${got}`,
  'latent-empty': () => '隐变量至少应有一个坐标',
  'not-finite': ({ name, got }) => `${name}：应为有限数，却是 ${got}`,
  'condition-kind': ({ model, expected, got }) => `模型 ${model} 的条件应为 ${expected}，却是 ${got}`,
  'image-length': ({ expected, got }) => `图像应有 ${expected} 个字节，却有 ${got} 个`,
  'image-size': ({ expected, got }) => `图像应为 ${expected.join(' × ')} 像素，却是 ${got.join(' × ')}`,
  'not-invertible': ({ model }) => `模型 ${model} 不能从图像回到隐变量`,
  'no-image-to-image': ({ model }) => `模型 ${model} 不能从一张图像开始`,
  'no-likelihood': ({ model }) => `模型 ${model} 没有似然`,
  webgpu: ({ reason }) => `要求使用 WebGPU。${REASONS[reason.kind](reason)}`,
  'device-failed': ({ reason }) => `设备出了故障：${reason}`,
  engine: ({ reason }) => `引擎无法加载：${reason}`,
  stopped: ({ reason }) => `引擎停止了：${reason}`,
  'qr-length': ({ expected, got }) => `这个链接太长，放不进二维码：至多 ${expected} 个字节，却有 ${got} 个`,
  fetch: ({ model, reason }) => `模型 ${model} 的权重未能获取：${reason}`,
  unreadable: ({ model }) => `模型 ${model} 的权重文件无法读取`,
};

/**
 * What went wrong: by its code, or else by what was expected.
 * @param {Partial<import('../../types/page.d.ts').Packed>} error
 */
function wrong({ kind, code = '', details = {}, message }) {
  const { name, model, expected, min, max, got } = details;
  if (Object.hasOwn(ERRORS, code)) return ERRORS[code](details);
  if (kind === 'weights') return `模型 ${model} 的权重与模型卡片不符（${name}：应为 ${expected}，却是 ${got}）`;
  if (expected?.kind) return `${name}：应为${EXPECTED[expected.kind](expected.of)}，却是 ${got}`;
  if (min !== undefined) return `${name}：应为${(code === 'range' ? EXPECTED.number : EXPECTED.whole)({ min, max })}，却是 ${got}`;
  return `出错了：${message}`;
}

/** @type {import('./en.js').Words} */
export const words = {
  locale: 'zh-Hans',
  page,
  title: (name) => `Pushforward：${name}`,
  tryAgain: '再试一次',
  reload: '重新加载本页',
  lacking: (what) => `此浏览器没有 ${what}，无法在此绘图。Chrome 和 Edge 117、Firefox 121、Safari 16.4 及更新的版本才有。`,
  dismiss: '关闭这条消息',
  backend: (asked) => `地址中的 backend=${asked}：应为 webgpu 或 cpu。改由本页自行选择。`,
  partMissing: (reason) => `本页的一部分无法加载：${reason}`,
  badLink: '这个链接不完全有效，因此绘制了最接近的图像。',
  replaced: ({ name, expected, got, nearest }) =>
    `${name}：应为${EXPECTED[expected.kind](expected.of)}，却是“${got}”；改用${nearest ? '最接近的有效值' : '默认值'}。`,
  version: (got, now) => `自从这个链接生成以来，该生成器的权重已被替换（链接为第 ${got} 版，现为第 ${now} 版）。隐变量相同，图像可能不同。`,
  newer: '本页有了更新的版本。',
  useNewer: '使用新版',
  error: wrong,
  help: (property) => (property ? HELP[property.name] : ''),
  name: ({ family, name }) => NAMES[family] ?? name,
  className: (name) => NAMES[name] ?? name,
  knownLimits: (card) => card.known_limits?.zh ?? '',
  anything: '任意',
  glossary: '全部术语',
  quoted: (sentence) => `“${sentence}”`,
  fromTo: (origin, other) => `${origin}到“${other}”`,

  loading: {
    label: '正在加载',
    first: '正在获取引擎',
    engine: '引擎',
    weights: (model) => `${model} 的权重`,
    arrived: (what, received, total, all) => `${what}：${received}${all ? '，正在启动' : total ? `，共 ${total}` : ''}`,
  },

  device: {
    on: '绘制设备：',
    gpu: 'WebGPU',
    software: '软件实现的 WebGPU',
    cpu: 'CPU',
    adapter: (name) => (name ? `（${name}）。` : '。'),
    took: ({ measured: m }, ms) => (m ? `画一张图，CPU 用 ${ms(m.cpu)} 毫秒，WebGPU（${m.adapter}）用 ${ms(m.webgpu)} 毫秒。` : ''),
    note: ({ note, reason }) => (reason ? REASONS[reason.kind](reason) : note),
    replaced: (reason) => `WebGPU 出了故障，改由 CPU 绘制（${reason}）`,
  },

  opening: {
    component: (index) => `分布的第 ${index} 个分量`,
    role: '可拖动的分量',
    place: (x, y) => `均值 ${x}，${y}`,
    pause: '暂停',
    play: '播放',
  },

  arrival: {
    sees: (subject, place, model) => `此链接的图像：${subject}，${place}，由${model}在你的设备上采样。`,
    mine: '换成你自己的',
    close: '关闭这句话',
  },

  families: {
    plain: {
      vae: '一次生成，经过瓶颈',
      gan: '一次生成，与判别器对抗',
      flow: '一次生成，并且可逆',
      diffusion: '逐步去噪',
      autoregressive: '逐像素生成',
      codes: '逐个采样编码，再一次解码',
      'latent-diffusion': '由一句话生成表情符号',
    },
    passes: (count) => `${count} 次前向`,
  },

  classes: {
    class: '类别',
    style: '风格',
    any: '不限',
    styles: {
      noto: 'Noto',
      'noto-v1': 'Noto 初版',
      twemoji: 'Twemoji',
      'fluent-emoji-flat': 'Fluent 平面',
      'fluent-emoji': 'Fluent',
      fxemoji: 'FxEmoji',
      emojione: 'EmojiOne',
    },
  },

  controls: {
    steps: '步数',
    guidance: '引导强度',
    temperature: '温度',
    sampler: '采样器',
    countOfSteps: (count) => `${count} 步`,
    samplers: { multistep: '多步法', ddim: 'DDIM', heun: 'Heun', ancestral: '祖先采样' },
  },

  say: {
    prompt: '描述要画的图像，任何语言都可以',
    toprompt: '与 A 相同，或另一句话',
    at: { A: '提示词', B: 'B 处的提示词' },
    example: '例如 ',
    tooLong: (most) => `一句话至多 ${most} 个字符，不含控制字符：其余部分已略去。`,
  },

  plane: {
    formula: (dimension) => `z 服从 ${dimension} 维标准高斯分布`,
    point: '这个点：方向键移动它，加 shift 移得更远，Home 和 End 到 A 和 B',
    role: '平面上的点',
    place: (x, y, r) => `横向 ${x}，纵向 ${y}，距原点 ${r}`,
    typicalSet: (dimension, radius) => `典型集：|z| ≈ √${dimension} = ${radius}`,
  },

  bars: {
    label: '坐标：方向键在坐标之间移动，空格键换成 B 的坐标',
    coordinate: (index, value, other, swapped) => (swapped ? `z${index} 取自 B：${value}` : `z${index}：${value}，B 的是 ${other}`),
  },

  picture: {
    off: '在路径之外',
    at: (letter) => `在 ${letter} 处`,
    between: (percent) => `从 A 到 B 的 ${percent} % 处`,
    said: (subject, place) => `${subject}，${place}。`,
    canvas: (said) => `生成的图像：${said}`,
    step: (step, steps) => `第 ${step} 步，共 ${steps} 步。`,
    sketched: (steps) => `草图，${steps} 步。`,
    drawn: (steps, milliseconds) => `用时 ${milliseconds} 毫秒${steps > 1 ? `，${steps} 步` : ''}。`,
    notYet: '尚未绘制',
    after: (step, steps) => `第 ${step} 步之后，共 ${steps} 步`,
  },

  ends: {
    seed: '种子',
    roll: '掷骰子',
    rollFor: (letter) => `为 ${letter} 掷一个新种子`,
    refused: (letter, min, max, got, kept) =>
      `${letter} 的种子：应为从 ${min} 到 ${max} 的整数，${got ? `却是“${got}”` : '却是空的'}；仍为 ${kept}。`,
    way: '两端之间的路径',
    slerp: '弧线',
    lerp: '直线',
  },

  way: {
    slider: 'A 与 B 之间的位置',
    off: '点在路径之外',
    frame: (index) => (index === 0 ? '到 A' : index === 8 ? '到 B' : `到路径的 ${index}/8 处`),
  },

  many: {
    draw: (seed, norm) => `种子 ${seed}，|z| = ${norm}。点击：取为 A；按住 shift：取为 B。`,
    take: (seed) => `把种子 ${seed} 的隐变量取为 A`,
    play: '播放采样轨迹',
    pause: '暂停',
    at: (percent) => (percent === 0 ? '噪声' : percent === 100 ? '图像' : `轨迹的 ${percent} %`),
  },

  histogram: {
    said: (norm, share) =>
      `|z| = ${norm}：` +
      (share <= 0 ? '比几乎所有样本都小。' : share >= 100 ? '比几乎所有样本都大。' : `比 ${share} % 的样本大。`),
    coordinates: '坐标的直方图，叠在 N(0, 1) 的曲线上',
    side: 'zᵢ 与 N(0, 1)',
    lengths: (dimension) => `|z| 与 χ${dimension}`,
    length: (dimension) => `它的范数在 ${dimension} 维 χ 分布上的位置`,
  },

  take: {
    failed: (reason) => `影片未能生成：${reason}`,
    noRecorder: '此浏览器不能录制视频',
    broke: '录制中断了',
  },

  share: {
    copied: '链接已复制',
    byHand: (url) => `这张图像的链接：${url}`,
  },

  model: {
    family: '家族',
    learnt: '训练数据',
    passes: '一张图像的前向次数',
    parameters: '参数量',
    weights: '权重',
    knownLimits: '已知局限',
  },

  quality: {
    meaning: (told) => `样本与真实图像的距离，以真实图像彼此之间的距离为单位；以及有多少样本${told ? '离自己的句子比离其他 99 句更近' : '被分类器正确识别'}`,
    floor: '× 下限',
    distance: (samples) => `${samples} 个样本的 FD-fashion`,
    times: (distance, times) => `${distance}，是真实图像的 ${times} 倍`,
    seen: '样本被识别为其类别的比例',
    real: (share, real) => `${share}；真实图像 ${real}`,
    spread: '精确率、召回率',
    bits: '每维比特数',
    bound: (bits) => `至多 ${bits}`,
    nearer: (samples) => `${samples} 个样本中，离自己的句子比离其他 99 句更近的比例`,
    inSteps: (steps) => `${steps} 步时`,
    asked: '各种语言的提示词（真实图像）',
    beside: (share, real) => `${share}（${real}）`,
    emoji: 'FD-emoji',
    diversity: '同一句话的两张图像之间的距离',
    hands: (distance, real) => `${distance}；不同画风的真实图像为 ${real}`,
    nearest: '与最近的训练图像的误差',
    apart: (error, real) => `${error}；留出的图像为 ${real}`,
  },
};
