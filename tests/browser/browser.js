// The browser that tests, bench and screenshots use: the system's Chromium, with WebGPU on its software adapter if asked.

import { accessSync, constants } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Launch options: `CHROMIUM` names the browser, else it is the first found in the usual places. */
export function launchOptions({ webgpu = false } = {}) {
  const executablePath = process.env.CHROMIUM ?? USUAL.find(runs);
  if (!executablePath) throw new Error(`no Chromium found; name one in CHROMIUM, or install it as one of ${USUAL.join(', ')}`);
  const gpu = webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : [];
  return { executablePath, args: [...QUIET, ...gpu] };
}

/** Where the page is served. */
export const BASE_URL = new URL(process.env.BASE_URL ?? 'http://localhost:8080/').href;

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
