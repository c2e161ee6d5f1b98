import type { IncomingMessage, ServerResponse } from 'node:http';

import { splitTarget } from '@testbench/http-server';

import { StudioError } from '../errors.js';
import { MAX_BODY_BYTES } from '../limits.js';
import { findPage } from '../pages.js';
import type { Project } from '../project/project.js';
import type { Gate } from './gate.js';
import { securityHeaders } from './headers.js';
import { matchRoute } from './match-route.js';
import { DOCUMENT, type PageFiles, stepDocument } from './page-files.js';
import { readBody } from './read-body.js';
import type { Route } from './route.js';
import { sendAnswer, sendError, sendEvents } from './send.js';

/** Everything needed to answer a request. */
export interface Answering {
  readonly gate: Gate;
  readonly files: PageFiles;
  readonly project: Project;
  readonly routes: readonly Route[];
  /** Event streams currently open. */
  readonly streams: { count: number };
  /** Fires when the studio is closed. */
  readonly closing: AbortSignal;
}

/** Answers one request; never rejects. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  try {
    await answerOrThrow(request, response, answering);
  } catch (error) {
    sendError(response, error);
  }
}

async function answerOrThrow(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, files, project, routes, streams, closing }: Answering,
): Promise<void> {
  const { method = '', url: target = '' } = request;
  for (const [name, value] of Object.entries(securityHeaders(false))) {
    response.setHeader(name, value);
  }
  const split = splitTarget(target);
  if (split === undefined) {
    throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot read the target of the request');
  }
  const { path, query } = split;
  const isData = path.startsWith('/api/');
  gate.checkOrigin(request.headers, method, isData);

  if (path === '/' && method === 'GET' && query.has('token')) {
    if (!gate.isToken(query.get('token'))) {
      throw new StudioError(
        'STUDIO_NOT_SIGNED_IN',
        'Cannot sign in: the token is not of this studio',
      );
    }
    response.setHeader('set-cookie', gate.cookie);
    // This removes the token from the address, and so from copies and the history.
    response.writeHead(303, { location: '/' }).end();
    return;
  }
  // After a link on another page, the browser omits the cookie, but sends it with a navigation by our own document.
  const isForeignLink = /^(?:cross|same)-site$/.test(String(request.headers['sec-fetch-site']));
  if (isForeignLink && !isData && method === 'GET' && findPage(path) && !query.has('again')) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(stepDocument(query));
    return;
  }
  gate.checkCookie(request.headers);

  if (isData) {
    const route = matchRoute(routes, method, path);
    const body = await readBody(request, route.maxBodyBytes ?? MAX_BODY_BYTES);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing]);
    const answer = await route.answer({ project, query, body, signal });
    if ('events' in answer) await sendEvents(response, answer.events, streams, signal);
    else sendAnswer(response, answer);
    return;
  }
  if (method !== 'GET') {
    throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot answer: the path takes another method');
  }
  if (path.startsWith('/assets/')) {
    const file = files.get(path.slice('/assets/'.length));
    if (file === undefined)
      throw new StudioError('STUDIO_NOT_FOUND', 'Cannot answer: no such file');
    const headers = securityHeaders(file.runsWasm);
    response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.bytes);
    return;
  }
  const page = findPage(path);
  if (page === undefined) throw new StudioError('STUDIO_NOT_FOUND', 'Cannot answer: no such page');
  const headers = securityHeaders(page.runsWasm === true);
  response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(DOCUMENT);
}
