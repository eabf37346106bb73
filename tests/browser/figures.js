// What bench and comparisons do with what they measured: medians, and tables for the README.

import { cpus, totalmem } from 'node:os';

/** The middle of some numbers. */
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Rows as a table for the README; the first is its head. */
export function tableOf([head, ...rows]) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What measured: a version of Chromium on this machine. */
export function machineOf(version) {
  return `Chromium ${version}, headless; ${cpus().length} x ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; medians`;
}
