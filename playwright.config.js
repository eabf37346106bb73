// Browser tests: one project for what every visitor has, one for layouts in the widest faces, one for WebGPU on Chromium's
// software adapter.

import { defineConfig } from '@playwright/test';
import { BASE_URL, facesFile, launchOptions } from './tests/browser/browser.js';

/** What needs an adapter, of software as it is. */
const ON_GPU = ['webgpu.spec.js', 'devices.spec.js'];

const { port } = new URL(BASE_URL);

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env.CI),
  // The tests measure a page that computes: side by side they would slow each other down.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: { baseURL: BASE_URL, viewport: { width: 1440, height: 900 }, serviceWorkers: 'block', actionTimeout: 20_000 },
  projects: [
    { name: 'cpu', testIgnore: ON_GPU, use: { launchOptions: launchOptions() } },
    ...(facesFile('wide') ? [{ name: 'wide', grep: /@layout/, use: { launchOptions: launchOptions({ faces: 'wide' }) } }] : []),
    {
      name: 'webgpu',
      testMatch: ON_GPU,
      timeout: 240_000,
      use: { launchOptions: launchOptions({ webgpu: true }) },
    },
  ],
  // `cargo xtask test` serves the page itself and says where.
  webServer: process.env.BASE_URL
    ? undefined
    : { command: `cargo xtask serve --no-build --port ${port || 80}`, url: BASE_URL, reuseExistingServer: true },
});
