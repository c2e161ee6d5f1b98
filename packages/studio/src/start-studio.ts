import { HttpServerError, type OpenedServer, openServer } from '@testbench/http-server';
import { readOptions } from '@testbench/types/config';

import { StudioError } from './errors.js';
import {
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
  const answer: Parameters<typeof openServer>[0]['answer'] = (request, response) => {
    void answerRequest(request, response, {
      gate,
      files,
      project,
      routes: opened.routes,
      streams,
      closing: closing.signal,
    });
  };
  const server = await open(port, answer);
  gate = new Gate(server.port);

  const close = async (): Promise<void> => {
    closing.abort();
    await opened.close();
    await server.close();
  };
  return {
    url: `${server.url}/?token=${gate.token}`,
    port: server.port,
    createLaunchUrl: () => `${server.url}/?token=${gate.createLaunchToken()}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(
  port: number,
  answer: Parameters<typeof openServer>[0]['answer'],
): Promise<OpenedServer> {
  try {
    return await openServer({
      port,
      host: '127.0.0.1',
      answer,
      maxSockets: MAX_SOCKETS,
      maxHeaderBytes: MAX_HEADER_BYTES,
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      keepAliveMs: KEEP_ALIVE_MS,
    });
  } catch (cause) {
    if (!(cause instanceof HttpServerError)) throw cause;
    throw new StudioError('STUDIO_CANNOT_LISTEN', cause.message, { cause });
  }
}
