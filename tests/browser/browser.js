// The browsers that tests, bench and screenshots use: the system's Chromium, with WebGPU on its software adapter if asked, and its Firefox.

import { accessSync, constants, existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a browser usually is, by the environment variable that names another. */
const USUAL = {
  CHROMIUM: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  FIREFOX: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
};

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Launch options of Chromium.
 * @param {{ webgpu?: boolean, faces?: 'usual' | 'wide' }} [options] faces: what it writes with, whatever this machine has
 */
export function launchOptions({ webgpu = false, faces = 'usual' } = {}) {
  const gpu = webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : [];
  const chosen = facesFile(faces);
  const env = /** @type {Record<string, string>} */ ({ ...process.env, ...(chosen && { FONTCONFIG_FILE: chosen }) });
  return { executablePath: executable('CHROMIUM'), args: [...QUIET, ...gpu], env };
}

/**
 * The fontconfig file of some faces, as `cargo xtask` writes it; none on a machine without apt.
 * @param {'usual' | 'wide'} faces
 */
export function facesFile(faces) {
  const file = resolve(process.env.FACES ?? 'target/tools/faces', `${faces}.conf`);
  return existsSync(file) ? file : undefined;
}

/**
 * The browser that the variable names, else the first found in the usual places.
 * @param {keyof typeof USUAL} variable
 */
export function executable(variable) {
  const path = process.env[variable] ?? USUAL[variable].find(runs);
  if (!path) throw new Error(`no browser found; name one in ${variable}, or install it as one of ${USUAL[variable].join(', ')}`);
  return path;
}

/** Where the page is served. */
export const BASE_URL = new URL(process.env.BASE_URL ?? 'http://localhost:8080/').href;

/** @param {string} path */
function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
