// What the cards call by English names, in Simplified Chinese.

/** @type {Record<string, string>} */
export const NAMES = {
  vae: '变分自编码器',
  gan: '生成对抗网络',
  flow: '归一化流',
  diffusion: '扩散模型',
  autoregressive: '自回归模型',
  codes: '离散编码与因果先验',
  'latent-diffusion': '隐空间扩散模型',
  'T-shirt/top': 'T 恤/上衣',
  Trouser: '裤子',
  Pullover: '套头衫',
  Dress: '连衣裙',
  Coat: '外套',
  Sandal: '凉鞋',
  Shirt: '衬衫',
  Sneaker: '运动鞋',
  Bag: '包',
  'Ankle boot': '短靴',
};
