// The types of the module that wasm-bindgen builds from src/web/; tsconfig.json lays them where it will lie.

import type { Card, Choices, Condition, DeviceInfo, Likelihood as Bits, State, SamplingOptions } from '../index.d.ts';

export interface Property {
  name: keyof State;
  kind: 'choice' | 'integer' | 'number' | 'point' | 'mask' | 'sentence' | 'names' | 'goal';
  default: unknown;
  min?: number;
  max?: number;
  step?: number;
  choices?: string[];
  help: string;
}
export interface Statistics {
  dimension: number;
  norm: number;
  mean: number;
  variance: number;
  chiMean: number;
  chiStd: number;
  chiCdf: number;
  histogram: { edges: number[]; density: number[] };
}

export default function init(from: { module_or_path: WebAssembly.Module }): Promise<unknown>;
export function cards(): Card[];
/** Whether WebGPU can draw a model by a plan of its networks. */
export function hasPlan(model: string): boolean;
export function properties(): Property[];
/** A value of a link that could not be used: the default or the nearest valid one takes its place. */
export interface Replaced {
  name: keyof State;
  expected: { kind: string; of?: any };
  got: string;
  nearest: boolean;
  /** In a sentence. */
  text: string;
}
export function parseLink(fragment: string): { state: State; messages: Replaced[] };
export function writeLink(state: State): string;
export function canonical(state: State): State;
/** The canonical state and its link, with one check of it. */
export function settle(state: State): { state: State; link: string };
export function withModel(state: State, model: string): State;
/** How things stand with the clauses of a state's goal; `changed` is a share of the picture's pixels, or no number. */
export function goalStanding(state: State, changed: number): { name: string; is: string; met: boolean }[];
/** The modules of a QR code row by row, 1 where they are dark. */
export function qrCode(text: string): Uint8Array;
export function packMask(coordinates: Uint8Array): string;
export function unpackMask(mask: string, dimension: number): Uint8Array;
export function gaussian(model: string, seed: number): Float32Array;
export function interpolate(from: Float32Array, to: Float32Array, t: number, mode: string): Float32Array;
export function stateLatent(state: State): Float32Array;
export function stateCondition(state: State): Condition;
export function statistics(z: Float32Array): Statistics;
export function normalDensity(x: number): number;
export function chiDensity(r: number, dimension: number): number;
export class Plane {
  constructor(a: Float32Array, b: Float32Array);
  at(x: number, y: number): Float32Array;
  coordinates(z: Float32Array): Float32Array;
  free(): void;
}
/** The device that there is to draw with, as far as an adapter says of itself; rejects where one is insisted on and there is none. */
export function findDevice(preference: string): Promise<DeviceInfo>;
export class Engine {
  static create(preference: string): Promise<Engine>;
  device(): DeviceInfo;
  onLost(callback: (reason: string) => void): void;
  load(model: string, precision: string, weights: Uint8Array): void;
  /** Of the module of plans: whether a model that is loaded is drawn on WebGPU from then on; `sign` is called for each pipeline made. */
  plan(model: string, precision: string, weights: Uint8Array, sign: () => void): Promise<boolean>;
  start(
    model: string,
    precision: string,
    image: Picture | undefined,
    latent: Float32Array,
    condition: Condition,
    options: SamplingOptions & { strength?: number },
  ): Run;
  invert(model: string, precision: string, image: Picture, condition: Condition, options: SamplingOptions): Inversion;
  likelihood(model: string, precision: string, image: Picture, condition: Condition): Likelihood;
}
/** Whatever it is given to takes it over. */
export class Picture {
  constructor(rgba: Uint8ClampedArray, width: number, height: number);
}
/** What is computed in steps. */
interface Steps {
  /** How many steps the whole way takes. */
  readonly steps: number;
  /** Goes on by one step and renders nothing; false once there is none left. */
  advance(): boolean;
  /** Resolves when the device has done all that it was given so far. */
  settled(): Promise<void>;
  free(): void;
}
/** What can be seen from where it stands is computed when it is asked for, and only then. */
export class Run implements Steps {
  readonly steps: number;
  readonly width: number;
  readonly height: number;
  advance(): boolean;
  settled(): Promise<void>;
  picture(): Promise<Uint8ClampedArray<ArrayBuffer>>;
  predicted(): Promise<Uint8ClampedArray<ArrayBuffer> | undefined>;
  choices(): Promise<Choices | undefined>;
  free(): void;
}
/** Both take the steps that are left when they are asked for their result. */
export class Inversion implements Steps {
  readonly steps: number;
  advance(): boolean;
  settled(): Promise<void>;
  latent(): Promise<Float32Array<ArrayBuffer>>;
  free(): void;
}
export class Likelihood implements Steps {
  readonly steps: number;
  advance(): boolean;
  settled(): Promise<void>;
  value(): Promise<Bits>;
  free(): void;
}
