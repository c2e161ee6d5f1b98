import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder on loopback, like any file server: no headers but the type.
 *
 * @param base Path of the folder on the server.
 */
export async function serveFolder(folder: string, base = '/'): Promise<LoopbackServer> {
  return await serveHttp((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    // An absolute path does not lead above its root.
    const path = normalize(decodeURIComponent(pathname));
    const file = path.startsWith(base)
      ? findFile(join(folder, path.slice(base.length)))
      : undefined;
    if (file === undefined) {
      const page = findFile(join(folder, '404.html'));
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end(page === undefined ? '' : readFileSync(page));
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
}

/** The file of a path: for a folder, its `index.html`. */
function findFile(path: string): string | undefined {
  const file =
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      ? join(path, 'index.html')
      : path;
  return existsSync(file) ? file : undefined;
}
