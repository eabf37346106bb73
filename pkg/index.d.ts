/**
 * Pushforward: small image generators that run in the browser, on WebGPU or the CPU.
 *
 * A generator is a map from a Gaussian to pictures. Give it a seed (or a latent vector of your own)
 * and a condition, and it answers with a picture; the same seed always gives the same latent.
 */

/** A model's card: what it is, what it was trained on, and how well it does. */
export interface Card {
  /** The name to ask for it by, for example `vae-fashion`. */
  id: string;
  family: string;
  name: string;
  /** Where the family comes from: an arXiv number. */
  paper: string;
  dataset: { name: string; licence: string; url: string };
  /** The classes' names; a class is asked for by its index. */
  classes: string[];
  /** The styles' names, where a prompt can choose one by its index. */
  styles?: string[];
  latent: { shape: number[] };
  image: { width: number; height: number; channels: number };
  /** What narrows the distribution. */
  condition: 'class' | 'prompt';
  /** Forward passes for one picture: a number, `T` where they can be chosen, or a rule such as "one per pixel". */
  forward_passes: string;
  /** Steps of a trajectory, or of one where nobody chooses their number. */
  steps: number;
  /** What can be chosen about the way from the latent to the picture; what is absent the model ignores. */
  controls: Controls;
  /** Of a model that makes one choice after the other: between how many alternatives. */
  alternatives?: number;
  /** Whether there is a way back, from a picture to a latent: see `encode`. */
  invertible: boolean;
  parameters: number;
  /** Counts the weights that have shipped, from 1; absent where they were never replaced. */
  version?: number;
  weights: { file: string; bytes: number; sha256: string; precision: string };
  /** What `trainer evaluate` measured, with sample counts. */
  quality?: Quality | PromptQuality | null;
  /** In what it stays behind the aim, and why, in one line of each language; absent if in nothing. */
  known_limits?: { en: string; zh: string };
  training?: Record<string, unknown> | null;
}

/** What of {@link SamplingOptions} a model knows. */
export interface Controls {
  steps?: Range;
  guidance?: Range;
  temperature?: Range;
  /** Of a model that can begin with a picture. */
  strength?: Range;
  /** The default first. */
  samplers?: Sampler[];
}

/** The numbers that can be chosen, ends included. */
export interface Range {
  min: number;
  max: number;
  default: number;
}

/** How a step is taken: first order, second order (two forward passes), or with fresh noise. */
export type Sampler = 'multistep' | 'ddim' | 'heun' | 'ancestral';

/** How well samples do. FD-fashion is a Fréchet distance, but no Inception FID. */
export interface Samples {
  fd_fashion: number;
  /** The same in multiples of what real pictures reach. */
  fd_over_floor: number;
  /** Fractions, from 0 to 1. */
  precision: number;
  recall: number;
  conditional_accuracy: number;
}

/** The figures of the weights that ship. */
export interface Figures extends Samples {
  /** FD-fashion of samples under "any". */
  fd_any: number;
  /** The Fréchet distance of reconstructions, where the family goes back. */
  fd_reconstruction?: number;
  /** Bits per dimension of the test split, where the family has a likelihood. */
  bits_per_dim?: number;
  /** An upper bound on them, where the family has no more. */
  bits_per_dim_bound?: number;
  /** The same model, sampled otherwise. */
  variants?: (Samples & { steps?: number; guidance?: number; temperature?: number; sampler?: Sampler })[];
}

/** What was measured: on the weights that ship, before they were quantized, quantized farther, and on real pictures. */
export interface Quality {
  samples: number;
  seed: number;
  /** What computed the figures; empty where that is not known. */
  device?: string;
  floor: { fd_fashion: number; precision: number; recall: number; accuracy: number };
  shipped: Figures;
  float?: Samples;
  /** In the precision in which it does not ship. */
  q8?: Samples & { bytes: number };
  q4?: Samples & { bytes: number };
}

/** How well pictures of sentences do, by a judge of both. FD-emoji is a Fréchet distance in that judge's features. */
export interface PromptSamples {
  /** The fraction of pictures nearer to their own sentence than to 99 others. */
  r_precision: number;
  fd_emoji: number;
  /** The same in multiples of what real pictures reach. */
  fd_over_floor: number;
  /** The mean distance between two pictures of a sentence, in the judge's features. */
  diversity: number;
}

/** The figures of the weights that ship, for a model that is told what to draw. */
export interface PromptFigures extends PromptSamples {
  /** R-precision where the same is said in some languages, by their codes. */
  languages: Record<string, number>;
  /** The error of the nearest picture that was learnt from: the root of its mean square, of levels from 0 to 1. */
  nearest: number;
  variants: (PromptSamples & { steps: number })[];
}

/** As {@link Quality}, for a model that is told what to draw. */
export interface PromptQuality {
  samples: number;
  seed: number;
  device?: string;
  floor: { judge: string; r_precision: number; languages: Record<string, number>; fd_emoji: number; diversity: number; nearest: number };
  shipped: PromptFigures;
  float?: PromptSamples;
  q8?: PromptSamples & { bytes: number };
  q4?: PromptSamples & { bytes: number };
}

/**
 * What a picture is narrowed to: nothing, one class by its index in the card, or what a sentence says, in one style by its
 * index there or in any. `towards` leads on to another sentence, `t` of the way from 0 to 1.
 */
export type Condition = 'any' | { class: number } | { prompt: string; style?: number; towards?: { prompt: string; t: number } };

/** A device that draws. */
export interface DeviceInfo {
  backend: 'webgpu' | 'cpu';
  /** The adapter's or the processor path's name, for a person. */
  adapter: string;
  /** Whether the WebGPU adapter is a processor in disguise. */
  software: boolean;
  /** Why this device was chosen, for a person; may be empty. */
  note: string;
  /** The same for programs. */
  reason?: { kind: 'cpu' | 'software' | 'only' | 'unknown' | 'nothing' | 'refused' | 'choices' | 'no-plan' | 'failed'; adapter?: string; message?: string };
  /** Of a model that was measured: milliseconds of a picture on either device, and the name of the GPU's adapter. */
  measured?: { cpu: number; webgpu: number; adapter: string };
}

/** Everything that shapes the picture of the page: what a link carries. */
export interface State {
  model: string;
  /** Which weights of the model drew the picture, counted from 1; null where they were never replaced. */
  version: number | null;
  /** The seed of end A: an integer from 0 to 4294967295. */
  seed: number;
  /** The seed of end B. */
  to: number;
  /** Where between the two ends, from 0 to 1. */
  t: number;
  mode: 'slerp' | 'lerp';
  class: 'any' | number;
  /** What to draw, for models that are told, in at most 200 characters; empty for anything. */
  prompt: string;
  /** What to draw at B; empty for the same as at A. */
  toprompt: string;
  /** A style by its name in the card; empty for any. */
  style: string;
  /** If set, a free point on the plane through both ends; `t` then has no effect. */
  at: [number, number] | null;
  /** The controls, each null where the model has none of it. */
  steps: number | null;
  guidance: number | null;
  temperature: number | null;
  sampler: Sampler | null;
  /** Which coordinates of a latent shaped like a picture are painted over: a bitmap in base64url, empty for none. */
  mask: string;
  /** The seed of the noise they are painted with; null where nothing is painted. */
  brush: number | null;
  /** Which coordinates of a latent that is a vector are those of B: a bitmap in base64url, empty for none. */
  swap: string;
  /** The seed of the first of the many pictures that the page draws beside the one. */
  draws: number | null;
  precision: Precision;
  /** The language of the page; empty for the reader's own. */
  lang: '' | 'en' | 'zh';
  /** The step of the page's tour, from 1; null for who takes none. */
  tour: number | null;
  /** The parts of the page that a lesson shows, with commas between them; empty for all. */
  show: string;
  /** The properties that a lesson keeps as they are, with commas between them; empty for none. */
  lock: string;
  /** What a lesson asks, in at most 200 characters. */
  task: string;
  /** What must hold for it to be done, like `mode~lerp,norm~0~0.75`. */
  goal: string;
}

/** How to sample, from the latent to the picture; what is left out is the card's default, what a model does not know it ignores. */
export interface SamplingOptions {
  /** A whole number in the range of the card's `controls.steps`. */
  steps?: number;
  /** How much the condition is insisted on: 1 as it was learnt, 0 not at all. */
  guidance?: number;
  /** The standard deviation of draws, in units of the learnt one. */
  temperature?: number;
  sampler?: Sampler;
  /** The seed of the noise that the ancestral sampler adds on the way: an integer from 0 to 4294967295, 0 by default. */
  noiseSeed?: number;
  /** What is left of the model's numbers: 8 bits, or these rounded to 4; of a model that ships in 4 both are the same. Default: 'q8'. */
  precision?: Precision;
}

export type Precision = 'q8' | 'q4';

/** What some choices were between and what was chosen: the first alternative whose cumulative probability exceeds u. */
export interface Choices {
  /** Alternatives of each choice. */
  alternatives: number;
  /** Of each choice, the probabilities of each alternative and all before it, one choice after the other. */
  cumulative: Float32Array;
  /** The numbers u = Phi(z), from 0 to 1. */
  u: Float32Array;
  /** The alternatives that were chosen. */
  chosen: Float32Array;
}

/** What is to be drawn, and from what. */
export interface SampleOptions extends SamplingOptions {
  model: string;
  /** An integer from 0 to 4294967295. Without a seed and a latent, the seed is drawn at random. */
  seed?: number;
  /** The latent itself, instead of a seed: as many finite numbers as the card's `latent.shape` says. */
  latent?: Float32Array | readonly number[];
  /** Default: 'any'. */
  condition?: Condition;
  /** A picture to begin with, of the size that the card's `image` says, for models whose card has `controls.strength`. */
  image?: ImageData;
  /** How far towards noise it goes before it is drawn anew: 0 leaves it as it is, 1 leaves nothing of it. */
  strength?: number;
}

/**
 * What is done first: what a hand moves ('immediate'), the picture ('high'), what else is on the screen ('normal'), the rest ('low').
 * Whatever is under way gives way to what comes before it between two steps, and goes on afterwards.
 */
export type Priority = 'immediate' | 'high' | 'normal' | 'low';

/** How a request is done. */
export interface TaskOptions {
  priority?: Priority;
  /** Aborts between two steps; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface GenerateOptions extends SampleOptions, TaskOptions {
  /**
   * Called with the picture so far: after the first step, after later ones at no more than a display's rate, and with the final picture,
   * always. What nobody would see is not rendered. With `predicted` it is also told what the final picture is predicted to be,
   * for families that predict one; null else, and at the last step.
   *
   * If the GPU is lost the picture is begun anew on the CPU: `step` is 1 again, and `attempt`, which is 1 at first, one more.
   */
  onFrame?: (image: ImageData, step: number, steps: number, predicted: ImageData | null, attempt: number) => void;
  /** So many pictures at least `onFrame` is told, however fast they come: evenly spaced over the steps, or all of them. Default: 0. */
  frames?: number;
  /** Whether `onFrame` is told what is predicted, which can cost as much as a picture. Default: false. */
  predicted?: boolean;
  /** Called with the choices of every step, for models whose card has `alternatives`; they begin anew as `onFrame` does. */
  onChoices?: (choices: Choices, step: number, steps: number, attempt: number) => void;
  /** Default: 'normal'. */
  priority?: Priority;
}

/** Where a picture of a race is. */
export interface RaceFrame {
  /** The picture so far. */
  image: ImageData;
  step: number;
  steps: number;
  /** The time of computing it so far, without that of the others and of pictures that were only looked at. */
  milliseconds: number;
  /** 1, or one more each time that a lost GPU made the race begin anew: what was told before is void. */
  attempt: number;
}

export interface RaceOptions extends TaskOptions {
  /** What is drawn, at least one. */
  lanes: SampleOptions[];
  /** Called for a lane, by its index, as `onFrame` of {@link GenerateOptions} is. */
  onFrame?: (lane: number, frame: RaceFrame) => void;
  /** So many pictures of each lane at least, as in {@link GenerateOptions}. */
  frames?: number;
  /** Default: 'low'. */
  priority?: Priority;
}

export interface Generated {
  image: ImageData;
  /** The latent that was drawn: feed it back and the picture is the same. */
  latent: Float32Array;
  /** The time of computing, without waiting and without pictures that were only looked at on the way. */
  milliseconds: number;
}

export interface InterpolateOptions {
  from: Float32Array | readonly number[];
  to: Float32Array | readonly number[];
  t: number;
  mode: 'lerp' | 'slerp';
}

export interface OwnOptions extends TaskOptions {
  model: string;
  /** A picture of the size that the card's `image` says. */
  image: ImageData;
  /** Default: 'any'. */
  condition?: Condition;
}

export type LikelihoodOptions = OwnOptions & Pick<SamplingOptions, 'precision'>;

/** With the options of sampling for which the latent is wanted. */
export interface EncodeOptions extends OwnOptions, SamplingOptions {}

export interface Likelihood {
  /** Bits per dimension of the picture's 8-bit levels. */
  bits: number;
  /** Whether these are the model's own, or it needs at most so many. */
  exact: boolean;
}

/** How much of what has arrived: the detail of a `progress` event. */
export interface Progress {
  /** 'engine' for the WebAssembly, else a model's id. */
  what: string;
  received: number;
  /** Bytes in all; null where the server does not say. */
  total: number | null;
}

/** The detail of a `device` event, which comes when there is something new to ask `device()` for. */
export interface DeviceChange {
  device: DeviceInfo;
  /** Why the device before this one had to be given up; empty for the first. */
  replaced: string;
}

/** How to set up an engine. */
export interface EngineOptions {
  /**
   * Which device draws. By default the CPU draws first, and where there is a real adapter, each model is then measured on both, in an
   * idle moment, and drawn by the faster one; models whose card has `alternatives` stay on the CPU, so that no choice tips, and so do
   * those whose family has no plan for WebGPU. 'webgpu' and 'cpu' draw all on one.
   */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /**
   * The address of a folder of the page's own origin with a copy of this package, of the same version: the worker, the
   * WebAssembly and the weights are taken from there. By default they are where a bundler, or the package's folder, has them.
   */
  base?: string | URL;
}

/** A wrong request, a device that is gone, weights that cannot be had, or a fault of ours, of the machine or of the network. */
export type ErrorKind = 'request' | 'device-lost' | 'weights' | 'internal';

/**
 * What calls reject with or throw, unless a signal aborts them: one of the four classes below. (Before they came, requests that were
 * wrong threw TypeError or RangeError.) `message` says in English what was expected and what came.
 */
export class PushforwardError extends Error {
  constructor(code: string, details?: Record<string, unknown>, options?: ErrorOptions & { message?: string });
  readonly kind: ErrorKind;
  /** Which case it is, in a word: for example `seed`, `latent-length`, `not-invertible`, `checksum`. */
  readonly code: string;
  /** The values of the case, for example `name`, `expected`, `got`, `min`, `max`, `model`. */
  readonly details: Record<string, unknown>;
}

/** Something was asked for that cannot be; the engine is none the worse. */
export class RequestError extends PushforwardError {
  readonly kind: 'request';
}

/** The device is gone, and there is no other to go on with. */
export class DeviceLostError extends PushforwardError {
  readonly kind: 'device-lost';
}

/** A model's weights cannot be had, or are not those that its card describes. Asking again tries again. */
export class WeightsError extends PushforwardError {
  readonly kind: 'weights';
}

/** A fault of ours, of the machine or of the network. */
export class InternalError extends PushforwardError {
  readonly kind: 'internal';
}

/**
 * One engine: a Web Worker that draws on the CPU, and where a GPU may be faster, one that draws on WebGPU. Nothing is fetched before
 * the first call that needs it.
 *
 * Events: `progress` (CustomEvent<Progress>) and `device` (CustomEvent<DeviceChange>).
 * If the GPU is lost, requests in flight are begun anew on the CPU and a `device` event says so.
 */
export class Pushforward extends EventTarget {
  constructor(options?: EngineOptions);
  /** Resolves when `interpolate` and `link`, which answer at once, may be called. */
  ready(): Promise<void>;
  /** The GPU, if there is one to draw with, else the CPU; of a model, the one that draws it. */
  device(model?: string): Promise<DeviceInfo>;
  /** The cards of all models. */
  models(): Promise<Card[]>;
  /** Draws one picture. Rejects with {@link RequestError} if the options are not what is expected. */
  generate(options: GenerateOptions): Promise<Generated>;
  /** Draws several pictures by turns, each with a clock of its own: the milliseconds of each. Rejects as `generate` does. */
  race(options: RaceOptions): Promise<number[]>;
  /** The latent at `t` on the way between two, in a straight line or along the sphere. */
  interpolate(options: InterpolateOptions): Float32Array;
  /** The latent that a picture came from, as the model's encoder sees it; rejects with {@link RequestError} where there is no way back. */
  encode(options: EncodeOptions): Promise<Float32Array>;
  /** How likely a picture is; rejects with {@link RequestError} where the model's family has no likelihood and no bound on it. */
  bitsPerDim(options: LikelihoodOptions): Promise<Likelihood>;
  /** The address of this page that draws a state. What is left out takes its default. */
  link(state: Partial<State>): string;
  /** Ends the worker; what is unfinished rejects. The next call starts anew. */
  close(): void;
}

declare const pushforward: Pushforward;
export default pushforward;
