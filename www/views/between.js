// Between two pictures of one's own lies a way, from the latent of the one to that of the other.

import { find, paint } from '../dom.js';
import { newest } from '../newest.js';
import { dial } from './dial.js';

/**
 * A map from latents to pictures: what it is asked for, and the same as a text, to be compared.
 * @typedef {{ asked: import('../../pkg/index.d.ts').SamplingOptions & { model: string, condition: import('../../pkg/index.d.ts').Condition },
 *   name: string }} Chart
 * A picture and its latent, under one map: under any other it comes from another latent.
 * @typedef {{ image: ImageData, latent: Float32Array, map: Chart }} Carried
 */

/** @type {('A' | 'B')[]} */
const LETTERS = ['A', 'B'];

/** Where on the way the slider stands at first. */
const HALF = 0.5;

export class Between {
  #root;
  #api;
  #store;
  #t;
  /** @type {{ A: Carried | null, B: Carried | null }} */
  #ends = { A: null, B: null };
  /** The map that draws. @type {Chart | null} */
  #map = null;
  /** The picture that can be kept. @type {Carried | null} */
  #carried = null;

  /**
   * @param {HTMLElement} root
   * @param {import('../main.js').Context} context
   * @param {(error: Error) => void} complain
   */
  constructor(root, { api, store }, complain) {
    this.#root = root;
    this.#api = api;
    this.#store = store;
    this.#t = dial(root, HALF);
    const mix = () => this.#mix().catch(complain);
    this.#t.input.addEventListener('input', mix);
    for (const letter of LETTERS) {
      this.#button(letter).addEventListener('click', () => {
        this.#ends[letter] = this.#carried;
        this.#show();
        mix();
      });
    }
    let { mode } = store.value;
    store.addEventListener('change', () => {
      if (store.value.mode !== mode) mix();
      ({ mode } = store.value);
    });
  }

  /** Whether an end's latent is of another map than the one that draws. */
  get strayed() {
    return this.#strayed.length > 0;
  }

  get #strayed() {
    return this.#map ? LETTERS.filter((letter) => this.#ends[letter] && this.#ends[letter].map !== this.#map) : [];
  }

  /**
   * Another map draws, or none that could carry a picture back.
   * @param {Chart | null} map
   */
  renew(map) {
    this.#map = map;
    this.#show();
  }

  /**
   * The picture that can be kept as an end.
   * @param {Carried | null} carried
   */
  offer(carried) {
    this.#carried = carried;
    this.#show();
  }

  /** Forgets both ends. */
  clear() {
    this.#ends = { A: null, B: null };
    this.#show();
  }

  /**
   * The ends stay the pictures that they are: each is carried back by the map that draws now.
   * @param {(image: ImageData) => Promise<Carried>} carry
   */
  async follow(carry) {
    for (const letter of this.#strayed) {
      const end = /** @type {Carried} */ (this.#ends[letter]);
      const carried = end.image === this.#carried?.image ? this.#carried : await carry(end.image);
      // Meanwhile another picture may have been kept there.
      if (this.#ends[letter] === end) this.#ends[letter] = carried;
      this.#show();
    }
    await this.#mix();
  }

  #mix = newest(async () => {
    const [map, { A, B }] = [this.#map, this.#ends];
    if (!map || A?.map !== map || B?.map !== map) return;
    const latent = this.#api.interpolate({ from: A.latent, to: B.latent, t: this.#t.value, mode: this.#store.value.mode });
    const { image } = await this.#api.generate({ ...map.asked, latent });
    // Meanwhile another end or another map may have been chosen.
    if (this.#map === map && this.#ends.A === A && this.#ends.B === B) this.#paint('.stage', image);
  });

  #show() {
    for (const letter of LETTERS) {
      this.#button(letter).disabled = !this.#carried;
      this.#paint(`.end${letter}`, this.#ends[letter]?.image);
    }
    this.#root.setAttribute('aria-busy', String(this.strayed));
    this.#t.input.disabled = this.strayed || !this.#ends.A || !this.#ends.B;
  }

  /** @param {'A' | 'B'} letter */
  #button(letter) {
    return /** @type {HTMLButtonElement} */ (find(`button.${letter.toLowerCase()}`, this.#root));
  }

  /**
   * @param {string} place
   * @param {ImageData | undefined} image
   */
  #paint(place, image) {
    const canvas = /** @type {HTMLCanvasElement} */ (find(`${place} canvas`, this.#root));
    if (image) paint(canvas, image);
    else canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
  }
}
