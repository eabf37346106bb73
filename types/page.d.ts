// What the page's modules pass to each other, and what crosses the worker's border. Types only: nothing of it is fetched.

import type { Card, Choices, Condition, ErrorKind, Progress, State, SamplingOptions } from '../pkg/index.d.ts';
import type { Context } from '../www/main.js';

export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** What is to be drawn, and from what. */
export interface Drawn {
  model: string;
  precision: string;
  image?: Pixels;
  latent: Float32Array;
  condition: Condition;
  options: SamplingOptions & { strength?: number };
}

/** What somebody wants to see on the way. */
export interface Seen {
  /** Whether somebody watches, as a display shows it. */
  watched: boolean;
  /** So many pictures in any case. */
  frames: number;
  /** What the last picture is predicted to be. */
  predicted: boolean;
  choices: boolean;
}

type Asked =
  | (Drawn & { type: 'generate'; seen: Seen })
  | { type: 'race'; lanes: Drawn[]; seen: Seen }
  | { type: 'encode'; model: string; precision: string; image: Pixels; condition: Condition; options: SamplingOptions }
  | { type: 'likelihood'; model: string; precision: string; image: Pixels; condition: Condition }
  /** What a picture takes, by so many milliseconds of drawing it. */
  | (Drawn & { type: 'probe'; budget: number });

/** Weights by their models: where they lie, how long they are, and their checksum. */
export type Sources = Record<string, { url: string; bytes: number; sha256: string }>;

/** What the worker is asked for; the least priority comes first. */
export type Work = Asked & { priority: number };

/** A step that was taken; without data its picture was not asked for. */
export interface Frame {
  step: number;
  steps: number;
  width: number;
  height: number;
  data?: Pixels['data'];
  predicted?: Pixels['data'];
  choices?: Choices;
  lane: number;
  milliseconds: number;
  attempt: number;
}

export type OnFrame = (frame: Frame) => void;

/** What a worker says: of a request, by its id, or of itself. */
export type Said =
  | { type: 'done'; id: number; value: any }
  | { type: 'failed'; id: number; error: Packed }
  | ({ type: 'frame'; id: number } & Frame)
  | { type: 'ready' }
  /** It is at work on what takes long. */
  | { type: 'sign' }
  | ({ type: 'progress' } & Progress)
  | { type: 'broken'; id?: number; reason: string; kind?: ErrorKind };

/** What a worker was asked for, and whom it owes an answer. */
export interface Request {
  message: Work & { id: number };
  attempt: number;
  resolve: (value: any) => void;
  reject: (error: unknown) => void;
  onFrame?: OnFrame;
}

/** An error as it crosses the border. */
export interface Packed {
  kind: ErrorKind;
  code: string;
  message: string;
  details: Record<string, any>;
}

/** What wasm-bindgen made of a worker's module, how that is compiled where it comes as an address, and how a plan is made. */
export interface Glue {
  init: typeof import('../pushforward.js').default;
  Engine: typeof import('../pushforward.js').Engine;
  Picture: typeof import('../pushforward.js').Picture;
  compile?: (module: any) => Promise<WebAssembly.Module>;
  plan?: (engine: import('../pushforward.js').Engine, wanted: { model: string; precision: string }, weights: Uint8Array<ArrayBuffer>) => Promise<unknown>;
}

/** What goes on by steps on the device. */
export interface Stepwise {
  readonly steps: number;
  advance(): boolean;
  settled(): Promise<void>;
}

/** The milliseconds that the device took for a task. */
export interface Clock {
  milliseconds: number;
}

/** A task is suspended at each `yield`: it may go on at once, or not before `until` has settled; it then waits aside. */
export type Turns<T> = AsyncGenerator<{ until: Promise<unknown> } | undefined, T, undefined>;

export interface Task {
  clock: Clock;
  turns: Turns<any>;
  waiting: boolean;
  done: boolean;
  value?: any;
}

/** Tasks that are done when all of them are. */
export interface Job {
  id: number;
  priority: number;
  tasks: Task[];
  resolve: (values: any[]) => void;
  reject: (error: unknown) => void;
}

/** A kind of rows of pictures. */
export interface RowKind {
  /** The properties that do not matter to it. */
  without: (keyof State)[];
  /** In which order its pictures are drawn, by their indices. */
  order: number[];
  /** The state of one of them, on a plane that is drawn so far. */
  at: (state: State, index: number, reach: number) => State;
  /** How many pictures of the way to each of them are wanted. */
  moments?: number;
  /** Whether it comes before the others of a model. */
  first?: (card: Card) => boolean;
}

/** A picture on the way, at a fraction of its steps. */
export interface Moment {
  at: number;
  image: ImageData;
}

/** The picture, as far as it is; a sketch is of few steps, and what is final is the state's own. */
export interface Shown {
  image: ImageData;
  predicted: ImageData | null;
  step: number;
  steps: number;
  milliseconds: number | null;
  sketch: boolean;
  final: boolean;
}

export type Mount = (root: HTMLElement, context: Context) => void;

/** A view of the page. */
export interface View {
  /** Of its element. */
  id: string;
  mount?: Mount;
  /** Instead, for what is loaded when somebody comes near it. */
  load?: () => Promise<{ mount: Mount }>;
  /** Not before the first picture is there: then at once, when somebody is near, or when it is asked for. */
  late?: 'at once' | 'in sight' | 'when asked for';
  /** Which models have it; without, all have. */
  has?: (card: Card, cards: Card[]) => boolean;
}

/** What a view that stands alone in another page has to do with. */
export interface Stage {
  api: import('../www/api.js').Pushforward;
  functions: import('../www/engine.js').Functions;
  /** Of the model that draws, and of all. */
  card: Card;
  cards: Card[];
  words: import('../www/embedded/words.js').Words;
  element: HTMLElement;
  /** Where the view goes, and where its buttons go. */
  body: HTMLElement;
  actions: HTMLElement;
  /** Whether somebody wants nothing to move by itself. */
  calm: () => boolean;
  /** Changes the state by hand; the view is shown the new one. */
  update: (changes: Partial<State>) => void;
  say: (text: string) => void;
  /** All of a state is there; what the caption says then. */
  drawn: (state: State, text: string) => void;
  failed: (error: unknown) => void;
  fire: (type: string, detail: unknown) => void;
}

/** A view that stands alone. */
export interface Standing {
  /** Draws what of a state is not there yet. */
  show: (state: State, moving: boolean) => void;
  /** Gives that up. */
  rest: () => void;
}
