import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A strict page's policy: WebAssembly is allowed, `eval` and everything else is not. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** What the page and its worker posted; absent if they did not post in time. */
export interface BrowserReports {
  readonly page?: string;
  readonly worker?: string;
}

/** Answers the page's requests other than the page itself. @returns False if it does not know the request. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Lets headless Chromium load a page with `script`, and waits until page and worker have posted their reports. */
export async function runInChromium(
  program: string,
  script: Uint8Array,
  timeoutMs: number,
  serve: Serve = () => false,
): Promise<BrowserReports> {
  const reports: { page?: string; worker?: string } = {};
  const done = new AbortController();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (serve(request, response)) return;
    if (request.method === 'POST') {
      reports[request.url === '/page' ? 'page' : 'worker'] = await text(request);
      response.end();
      if (reports.worker !== undefined) done.abort();
      return;
    }
    // The worker's script has its own policy.
    response.setHeader('content-security-policy', POLICY);
    if (request.url === '/scenario.mjs') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    } else {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><script type="module" src="/scenario.mjs"></script>');
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  const profile = mkdtempSync(join(tmpdir(), 'platforms-chromium-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // A separate process group, so that the browser's helpers end with it.
  const browser = spawn(
    program,
    [...FLAGS, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`],
    {
      stdio: 'ignore',
      detached: true,
    },
  );
  const closed = once(browser, 'close').catch(() => undefined);
  try {
    const ended = AbortSignal.any([done.signal, AbortSignal.timeout(timeoutMs)]);
    await Promise.race([closed, once(ended, 'abort')]);
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null)
      process.kill(-browser.pid, 'SIGKILL');
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
  return reports;
}
