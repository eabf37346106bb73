// Builds of the page and whatever they are compared with, on one host, and a blank page to open them in.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { host } from './host.js';

const BLANK = '<!doctype html><title>bench</title>';

/**
 * Serves folders by the names that they are given, and a blank page at the address itself.
 * @param {Record<string, string>} folders
 */
export function siteOf(folders) {
  return host(async (path) => {
    const [name, ...rest] = normalize(path).split('/');
    if (name === 'index.html') return BLANK;
    const file = folders[name] && join(folders[name], ...rest);
    return file && existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null;
  });
}

/** The folder of a build's own version inside of it, which its page names. */
export function versionIn(folder) {
  const page = join(folder, 'index.html');
  if (!existsSync(page)) throw new Error(`${folder} holds no build of the page: it has no index.html`);
  const [, version] = /["/]([0-9a-f]{16})\/www\//.exec(readFileSync(page, 'utf8')) ?? [];
  if (!version) throw new Error(`${folder} holds a build of the page that is not in a folder of its version`);
  return version;
}
