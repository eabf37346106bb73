// What parts of the page say in Chinese that come later, if at all.

/** @type {import('./en-late.js').Words} */
export const words = {
  tour: {
    steps: [
      '这个平面上的每一点都是一个隐变量。拖动这个点，或用方向键移动它：图像随之变化。',
      '两个样本之间的每个隐变量也都有一张图像。把滑块从 A 移到 B。',
      '弧线保持典型样本的范数，直线则穿过中间。换成另一种。',
      'B 是高斯分布的一个样本，由种子确定。为它换一个种子。',
      '类别使分布收窄。换一个类别：隐变量不变，图像变了。',
      '一个类别不是一张图像，而是图像的一个分布。重新采样。',
      '到目前为止，映射都是一次完成的。选择扩散模型，它逐步去噪。',
      '步数越少越快，也越粗糙。把步数设为 8 或更少。',
      '现在选择自回归模型：它逐个像素采样，每个像素取决于之前的像素。',
      '你看到的一切都在网址里。分享它：打开它的人会采样得到同一张图像。也可以就从这里继续。',
    ],
    count: (step, steps) => `第 ${step} 步，共 ${steps} 步`,
    done: '完成。',
    back: '上一步',
    skip: '跳过',
    next: '下一步',
    end: '结束导览',
    finish: '完成导览',
  },

  race: {
    start: '各就各位……',
    fetched: (percent) => `已获取 ${percent} %`,
    verdict: (first, soon, last, late, times) => `最先：${first}，用时 ${soon}。最后：${last}，用时 ${late}，是前者的 ${times} 倍。`,
    notYet: (name) => `${name}：尚未绘制`,
    home: (name) => `${name}：完成的图像`,
    after: (name, step, steps) => `${name}：第 ${step} 步之后，共 ${steps} 步`,
    of: (all) => `共 ${all}`,
    passes: (done, all) => `${done} / ${all}`,
  },

  own: {
    same: '两张图像完全相同，一级不差。',
    beside: (levels) => `平均相差 ${levels} 级（满幅为 255）。`,
    bits: (bits, usual, exact) => `每维${exact ? '' : '至多'} ${bits} 比特，衣物通常为${exact ? '' : '至多'} ${usual}。`,
    cell: (row, column, levels) => `第 ${row} 行，第 ${column} 列：${levels}。`,
    empty: '你的图像，还是空的',
    drawn: '你的图像',
  },

  norms: {
    chart: '沿直线与沿弧线的范数，以及样本的范数',
    axis: (dimension) => `沿途的 |z|，背景为 ${dimension} 维的 χ 分布`,
    lerp: '直线',
    slerp: '弧线',
    said: (straight, arc, share, rare) =>
      `在中点处，直线上的范数为 ${straight}，弧线上为 ${arc}。样本中有 ${share} 的范数小于 ${straight}` +
      (rare ? '：映射在训练中几乎从未见过这样的点，画出的图像往往暗淡，或像几样东西的混合。' : '。'),
    half: (mode) => (mode === 'lerp' ? '直线的中点' : '弧线的中点'),
  },

  given: {
    kind: (name, kinds, got) => `${name}：应为图像（${kinds}），却是 ${got || '类型不明的文件'}`,
    pixels: (name, most, got) => `${name}：至多应为 ${most} 百万像素，却是 ${got}`,
    broken: (name, kind) => `${name}：应为 ${kind} 图像，却无法读取`,
    bytes: (name, most, got) => `${name}：至多应为 ${most} MB，却有 ${got} MB`,
    unread: (name, reason) => `${name} 无法读取：${reason}`,
  },

  choices: {
    codes: { title: '已选的编码', map: '已选的编码，每种一个颜色' },
    levels: { title: '已选的灰度级', map: '已选的灰度级' },
    said: (row, column, u, chosen, alternatives, chance) =>
      `第 ${row} 行，第 ${column} 列：u = Φ(z) = ${u}，选中 0 到 ${alternatives - 1} 中的 ${chosen}，其概率为 ${chance}。`,
    waiting: '尚未作出选择。',
    chart: '这次选择的累积分布，以及 u',
  },

  precision: {
    q8: '8 比特',
    q4: '4 比特',
    difference: (levels, most) => (most === 0 ? '两张图像完全相同，一级不差。' : `两者平均相差 ${levels} 级（满幅为 255），至多 ${most} 级；差异放大八倍显示。`),
    recorded: (samples, q8, q4) => `在 ${samples} 张图像上实测：8 比特时 FD 为下限的 ${q8} 倍，4 比特时为 ${q4} 倍。`,
  },

  noise: {
    cell: (row, column, value, painted) => `第 ${row} 行，第 ${column} 列：${value}${painted ? '，已涂抹' : ''}。`,
    canvas: (painted, all) => `一幅噪声图，${painted ? `${all} 个坐标中有 ${painted} 个已涂抹` : '未涂抹'}`,
  },

  properties: {
    model: '生成器',
    class: '类别',
    prompt: '提示词',
    toprompt: 'B 处的提示词',
    style: '风格',
    seed: 'A 的种子',
    to: 'B 的种子',
    mode: '路径的形状',
    t: '路径上的位置',
    at: '平面上的点',
    steps: '步数',
    guidance: '引导强度',
    temperature: '温度',
    sampler: '采样器',
    mask: '涂抹的噪声',
    swap: '取自 B 的坐标',
    draws: '众多图像的种子',
    precision: '权重的比特数',
  },

  parts: {
    opening: '开场',
    families: '生成器家族',
    say: '提示词',
    plane: '平面',
    coordinates: '坐标',
    controls: '步数、引导强度、温度',
    picture: '图像',
    classes: '类别或风格',
    choices: '已作出的选择',
    way: '从 A 到 B 的路径',
    many: '众多图像',
    histogram: '是否典型',
    story: '核心思想',
    kinds: '五种做法',
    norms: '直线或弧线',
    race: '赛跑',
    own: '自己的图像',
    model: '模型及其比特',
    glossary: '术语',
    editor: '本编辑器',
  },

  lesson: {
    done: '完成：正是如此。',
    open: '尚未达到。',
    leave: '显示整个页面',
    kept: (names) => `本课中固定不变：${names.join('、')}。`,
    measured: {
      norm: (value) => `|z| / √d = ${value}`,
      changed: (percent) => `${percent} % 的像素已改变`,
    },
  },

  editor: {
    show: '只显示（不勾选则全部显示）',
    lock: '保持不变',
    task: '问题',
    goal: '完成的条件',
    goalHelp: '填一个值；或填两个值，表示一个闭区间。',
    of: '对什么的要求',
    nothing: '–',
    from: '值，或最小值',
    to: '最大值',
    measured: { norm: '|z| / √d（测量值）', changed: '改变的像素比例（测量值）' },
    link: '链接',
    frame: '嵌入自己网页的框架',
    open: '打开这一课',
    code: '这一课链接的二维码',
    copy: '复制',
    copied: '已复制',
  },
};
