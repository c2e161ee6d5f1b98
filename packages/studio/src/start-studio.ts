import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { readOptions } from '@testbench/types/config';

import { StudioError } from './errors.js';
import {
  CONNECTION_CHECK_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_HEADER_BYTES,
  MAX_SOCKETS,
  REQUEST_TIMEOUT_MS,
} from './limits.js';
import { PAGE_FOLDER } from './page-folder.js';
import { Project } from './project/project.js';
import { openRoutes } from './routes.js';
import { answerRequest } from './server/answer-request.js';
import { Gate } from './server/gate.js';
import { PageFiles } from './server/page-files.js';
import { STUDIO_OPTIONS, type StudioOptions } from './studio-options.js';

/** A running studio. */
export interface Studio {
  /** Opens the studio; needed once for each browser. It contains the token, so do not share it. */
  readonly url: string;
  readonly port: number;
  /** A single-use address for programs that get it as an argument: other users of the machine can see program arguments. */
  createLaunchUrl(): string;
  /** Ends all requests and stops the server. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the studio for a folder on 127.0.0.1.
 *
 * Only browsers that opened {@link Studio.url} get answers.
 *
 * @throws {ConfigError} If the options are wrong.
 * @throws {StudioError} `STUDIO_NO_PROJECT` if the folder cannot be read; `STUDIO_CANNOT_LISTEN` if the port is taken.
 *
 * @example
 * ```ts no-run
 * import { startStudio } from '@testbench/studio';
 *
 * await using studio = await startStudio({ folder: 'my-benchmark' });
 * console.log(studio.url);
 * ```
 */
export async function startStudio(given: StudioOptions = {}): Promise<Studio> {
  const { folder = '.', port = 0, ...tools } = readOptions<StudioOptions>(given, STUDIO_OPTIONS);
  const project = await Project.open(folder);
  const opened = openRoutes(project, tools);
  const files = new PageFiles(PAGE_FOLDER);
  const closing = new AbortController();
  const streams = { count: 0 };
  let gate: Gate;
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      void answerRequest(request, response, {
        gate,
        files,
        project,
        routes: opened.routes,
        streams,
        closing: closing.signal,
      });
    },
  );
  server.maxConnections = MAX_SOCKETS;
  await listen(server, port);
  const { port: open } = server.address() as AddressInfo;
  gate = new Gate(open);

  const close = async (): Promise<void> => {
    closing.abort();
    await opened.close();
    await new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  };
  return {
    url: `http://127.0.0.1:${open}/?token=${gate.token}`,
    port: open,
    createLaunchUrl: () => `http://127.0.0.1:${open}/?token=${gate.createLaunchToken()}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (cause) => {
      fail(
        new StudioError('STUDIO_CANNOT_LISTEN', `Cannot listen on port ${port}: it cannot be had`, {
          cause,
        }),
      );
    });
    // By number: a name could resolve to an address that others can reach.
    server.listen(port, '127.0.0.1', done);
  });
}
