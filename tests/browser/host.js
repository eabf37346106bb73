// A plain static host, for tests that need one of their own.

import { createServer } from 'node:http';
import { extname } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };

/**
 * Serves what `answer` has for a path below the address, until it is closed.
 * @param {(path: string) => Promise<Buffer | string | null>} answer
 * @param {string} caching what is told to caches on the way
 * @param {string} usual the type of what has no suffix that is known
 * @param {Record<string, string>} also what else is said of every answer
 */
export async function host(answer, caching = 'no-cache', usual = 'application/octet-stream', also = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname.slice(1);
    const body = await answer(path || 'index.html');
    const type = TYPES[extname(path.replace(/(^|\/)$/, '/index.html'))] ?? usual;
    return body === null ? response.writeHead(404).end() : response.writeHead(200, { 'content-type': type, 'cache-control': caching, ...also }).end(body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => { server.close(resolve); });
  };
  return { address: `http://localhost:${server.address().port}/`, close };
}
