// What the terms of the page mean, each in a sentence of either language, with where it is from.

/** @typedef {{ id: string, source: [name: string, url: string], en: [term: string, text: string], zh: [term: string, text: string] }} Entry */

/** @param {string} id @param {string} name */
const arxiv = (id, name) => /** @type {[string, string]} */ ([`${name}, arXiv ${id}`, `https://arxiv.org/abs/${id}`]);

/** @type {Entry[]} */
export const GLOSSARY = [
  {
    id: 'latent',
    source: arxiv('1312.6114', 'Kingma, Welling 2013'),
    en: ['Latent z', 'The numbers that a picture is generated from. Here they are always a sample of a standard Gaussian.'],
    zh: ['隐变量 z', '生成图像所用的一组数。在这里它总是标准高斯分布的一个样本。'],
  },
  {
    id: 'pushforward',
    source: arxiv('1912.02762', 'Papamakarios et al. 2019'),
    en: ['Pushforward', 'The distribution that a map makes of another one: sample the Gaussian, apply the map, and the result is a sample of its pushforward.'],
    zh: ['前推分布', '映射作用于一个分布所得到的分布：从高斯分布采样，再施以映射，结果便是前推分布的一个样本。'],
  },
  {
    id: 'typical-set',
    source: ['Vershynin, High-Dimensional Probability, section 3.1', 'https://www.math.uci.edu/~rvershyn/papers/HDP-book/HDP-book.html'],
    en: ['Typical set', 'Where nearly all samples lie: of a Gaussian in d dimensions, a thin shell of radius √d. The density is greatest at the origin, yet hardly any sample lies near it.'],
    zh: ['典型集', '几乎所有样本所在之处。d 维高斯分布的典型集是半径为 √d 的薄壳，远离密度最大的原点。'],
  },
  {
    id: 'interpolation',
    source: arxiv('1609.04468', 'White 2016'),
    en: ['Interpolation', 'The latents between two samples: on the straight line (lerp), or on the arc that keeps the norm (slerp).'],
    zh: ['插值', '两个样本之间的隐变量：沿直线（lerp），或沿保持范数的弧线（slerp）。'],
  },
  {
    id: 'condition',
    source: arxiv('1411.1784', 'Mirza, Osindero 2014'),
    en: ['Condition c', 'A class or a sentence: it narrows the distribution that is sampled, p(x | c), and does not pick one picture.'],
    zh: ['条件 c', '类别或句子：它使所采样的分布收窄为 p(x | c)，而不是挑出一张图像。'],
  },
  {
    id: 'guidance',
    source: arxiv('2207.12598', 'Ho, Salimans 2022'),
    en: ['Guidance scale', 'How far a model’s prediction is moved from the one without the condition towards the one with it: 1 is as it was trained, more goes beyond, stricter and less varied.'],
    zh: ['引导强度', '模型的预测从无条件向有条件移动多远：1 与训练时相同，更大则超出后者，更贴合条件，但更单一。'],
  },
  {
    id: 'denoiser',
    source: arxiv('2006.11239', 'Ho et al. 2020'),
    en: ['Denoiser', 'The network of a diffusion model: it predicts the noise in a picture, or here the velocity from noise to picture, at each step of the sampling trajectory.'],
    zh: ['去噪器', '扩散模型的网络：在采样轨迹的每一步预测图像中的噪声，在这里则是从噪声到图像的速度。'],
  },
  {
    id: 'sampler',
    source: arxiv('2010.02502', 'Song et al. 2020'),
    en: ['Sampler', 'How the steps from noise to picture are taken: deterministic ones, such as DDIM, make one map of the Gaussian; ancestral sampling adds noise on the way.'],
    zh: ['采样器', '从噪声到图像的各步如何进行：DDIM 等确定性采样器给出高斯分布的一个映射；祖先采样则在途中加入噪声。'],
  },
  {
    id: 'autoregressive',
    source: arxiv('1606.05328', 'van den Oord et al. 2016'),
    en: ['Autoregressive', 'One part after the other, each sampled from a distribution that depends on all before: p(x) = ∏ p(xᵢ | x₁ … xᵢ₋₁).'],
    zh: ['自回归', '一部分接一部分，每一部分都从取决于之前所有部分的分布中采样：p(x) = ∏ p(xᵢ | x₁ … xᵢ₋₁)。'],
  },
  {
    id: 'coupling',
    source: arxiv('1605.08803', 'Dinh et al. 2016'),
    en: ['Coupling layer', 'A layer of a flow: half of the numbers say how the other half is scaled and shifted, so that it can be inverted exactly.'],
    zh: ['耦合层', '流模型的一层：一半的数决定另一半如何缩放和平移，因此可以精确求逆。'],
  },
  {
    id: 'codes',
    source: arxiv('1711.00937', 'van den Oord et al. 2017'),
    en: ['Codes', 'A coarse picture of entries of a codebook; a prior samples them one after the other, and a decoder makes the picture of them in one shot.'],
    zh: ['离散编码', '由码本条目组成的粗略图像；先验逐个采样，再由解码器一次生成图像。'],
  },
  {
    id: 'temperature',
    source: arxiv('1807.03039', 'Kingma, Dhariwal 2018'),
    en: ['Temperature', 'A factor on the standard deviation of the latent, or a divisor of the logits: below 1 samples are more probable and less varied.'],
    zh: ['温度', '隐变量标准差的系数，或 logits 的除数：小于 1 时样本概率更高，但更单一。'],
  },
  {
    id: 'fd',
    source: arxiv('1706.08500', 'Heusel et al. 2017'),
    en: ['FD', 'The Fréchet distance between features of generated and of real pictures; here in multiples of the floor, which is that between two sets of real ones.'],
    zh: ['FD', '生成图像与真实图像特征之间的弗雷歇距离；这里以下限的倍数表示，下限即两组真实图像之间的距离。'],
  },
  {
    id: 'bits',
    source: arxiv('1511.01844', 'Theis et al. 2015'),
    en: ['Bits per dimension', 'The negative log-likelihood of a picture in bits, divided by the number of its values, pixels times channels: how many bits a lossless code would need for each.'],
    zh: ['每维比特数', '图像的负对数似然（以比特计）除以像素数与通道数之积：无损编码平均每个值所需的比特数。'],
  },
];
