// Apps that use the package, built and drawn with as their authors would: each by its bundler's defaults.

import { defineConfig } from '@playwright/test';
import { launchOptions } from '../browser/browser.js';

export default defineConfig({
  testDir: '.',
  testMatch: 'apps.spec.js',
  outputDir: '../../test-results',
  forbidOnly: Boolean(process.env.CI),
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  reporter: 'list',
  use: { launchOptions: launchOptions() },
});
