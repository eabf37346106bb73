// What somebody waits for who opens the page on a phone: Lighthouse's slow 4G and a processor a quarter as fast as this one.
//
// Throttled are what the page itself fetches and its main thread; Chromium slows no worker down. The host is one of its own that packs text
// and WebAssembly by gzip, as GitHub Pages does: `cargo xtask serve` packs nothing.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { median } from './figures.js';
import { firstPaint } from './pace.js';

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
/** 1.6 Mbit/s down, 750 kbit/s up, 150 ms a round trip. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
/** How many times as slow the processor is. */
const SLOWER = 4;
const VISITS = 5;
/** Milliseconds until a new window has settled. */
const WINDOW = 1000;
/** Milliseconds after the first picture in which what comes later still may shift the layout. */
const AFTER = 4000;

/** Kinds of files by the endings of their names, and whether they are packed. */
const KINDS = {
  '.html': ['page', 'text/html', true],
  '.css': ['css', 'text/css', true],
  '.js': ['script', 'text/javascript', true],
  '.wasm': ['wasm', 'application/wasm', true],
  '.bpk': ['weights', 'application/octet-stream', false],
  '.svg': ['images', 'image/svg+xml', true],
};

/** Serves a folder; `asked` has what was asked for since it was emptied: its kind, when, and bytes as they were sent. */
export async function serving(folder) {
  const packed = new Map();
  const asked = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname).replace(/\/$/, '/index.html'));
    const [kind, type, packs] = KINDS[extname(path)] ?? ['other', 'application/octet-stream', false];
    const file = join(folder, path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    if (!packed.has(path)) packed.set(path, packs ? gzipSync(readFileSync(file)) : readFileSync(file));
    const body = packed.get(path);
    asked.push({ kind, at: Date.now(), bytes: body.length });
    return response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-cache', ...(packs && { 'content-encoding': 'gzip' }) }).end(body);
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', resolve); });
  return { asked, address: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

/** Has the page note what shifts its layout and what keeps its main thread busy, from the beginning. */
export function watch() {
  globalThis.shifts = [];
  globalThis.busy = [];
  const named = (node) => node && (node.nodeType !== 1 ? named(node.parentElement) : node.id ? `#${node.id}` : `${node.nodeName.toLowerCase()}.${node.className}`);
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, startTime, sources } of list.getEntries()) {
      if (!hadRecentInput) globalThis.shifts.push({ value, startTime, sources: sources.map(({ node, previousRect: a, currentRect: b }) => `${named(node)} ${Math.round(b.y - a.y)}`) });
    }
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) globalThis.busy.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
}

/**
 * The largest sum of shifts that follow each other within a second, of five seconds at most: the cumulative layout shift of Web Vitals.
 * @param {{ value: number, startTime: number }[]} shifts
 */
export function layoutShift(shifts) {
  let [most, sum, began, last] = [0, 0, -Infinity, -Infinity];
  for (const { value, startTime } of shifts) {
    if (startTime - last > 1000 || startTime - began > 5000) [sum, began] = [0, startTime];
    sum += value;
    last = startTime;
    most = Math.max(most, sum);
  }
  return most;
}

/** A first visit: when the page was painted, moved and had its picture, what shifted, and its longest task until then, in milliseconds. */
export async function firstVisit(browser, address, look, { slow = false } = {}) {
  const context = await browser.newContext(look);
  try {
    const page = await context.newPage();
    await page.addInitScript(watch);
    if (slow) {
      const cdp = await context.newCDPSession(page);
      await cdp.send('Network.enable');
      await cdp.send('Network.emulateNetworkConditions', SLOW_4G);
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    }
    await page.waitForTimeout(WINDOW);
    await page.goto(address);
    await page.waitForFunction(() => performance.getEntriesByName('first-picture').length > 0, null, { timeout: 120_000 });
    await page.waitForTimeout(AFTER);
    const paint = await firstPaint(page);
    const { picture, moving, shifts, busy, origin } = await page.evaluate(() => {
      // What never moves, as by a link where the opening is out of sight, has no mark.
      const [picture, moving] = ['first-picture', 'moving'].map((name) => performance.getEntriesByName(name)[0]?.startTime);
      return { picture, moving, shifts: globalThis.shifts, busy: globalThis.busy, origin: performance.timeOrigin };
    });
    const tasks = busy.filter(({ startTime }) => startTime < picture);
    return { paint, moving, picture, shifts, shift: layoutShift(shifts), tasks, longest: Math.max(0, ...tasks.map(({ duration }) => duration)), until: origin + picture };
  } finally {
    await context.close();
  }
}

/** Reports first visits on a phone, and the longest task of one on this machine as it is. */
export async function mobile(browser, report, { folder = 'dist' } = {}) {
  const host = await serving(folder);
  const address = `${host.address}?backend=cpu`;
  const visits = [];
  const bytes = {};
  for (let i = 0; i < VISITS; i++) {
    host.asked.length = 0;
    const visit = await firstVisit(browser, address, PHONE, { slow: true });
    visits.push(visit);
    for (const { kind, bytes: count } of host.asked.filter(({ at }) => at <= visit.until)) (bytes[kind] ??= Array(VISITS).fill(0))[i] += count;
  }
  const plain = [];
  for (let i = 0; i < VISITS; i++) plain.push(await firstVisit(browser, address, { viewport: { width: 1440, height: 900 } }));
  host.close();
  const middle = (visits, what) => median(visits.map((visit) => visit[what] ?? Infinity));
  report('phone, slow 4G: navigation to first contentful paint', middle(visits, 'paint'), 'ms', 1500);
  report('phone, slow 4G: navigation to the first sample that moves', middle(visits, 'moving'), 'ms', 2500);
  report('phone, slow 4G: navigation to first picture', middle(visits, 'picture'), 'ms', 10_000);
  report('phone, slow 4G: cumulative layout shift', Math.max(...visits.map(({ shift }) => shift)), '', 0.02);
  report('phone, slow 4G: longest task before the first picture', middle(visits, 'longest'), 'ms');
  report('longest task before the first picture, as this machine is', middle(plain, 'longest'), 'ms', 100);
  for (const [kind, counts] of Object.entries(bytes)) report(`phone: asked for before the first picture, ${kind}`, median(counts) / 1e3, 'kB');
}
