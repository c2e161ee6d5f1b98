import { execute, executeBatch, executeStream } from '../answers/execute.js';
import { listPlugins } from '../answers/list-plugins.js';
import { ServeError } from '../errors.js';
import { chatCompletions } from '../openai/chat-completions.js';
import { listModels, showModel } from '../openai/models.js';
import type { Route } from './route.js';

const problem = 'problem' as const;
const openai = 'openai' as const;

/** Every path that needs the token, except `/metrics`. */
export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/plugins',
    operation: 'listPlugins',
    errors: problem,
    answer: listPlugins,
  },
  { method: 'POST', path: '/v1/execute', operation: 'execute', errors: problem, answer: execute },
  {
    method: 'POST',
    path: '/v1/execute/batch',
    operation: 'executeBatch',
    errors: problem,
    answer: executeBatch,
  },
  {
    method: 'POST',
    path: '/v1/execute/stream',
    operation: 'executeStream',
    errors: problem,
    answer: executeStream,
  },
  {
    method: 'GET',
    path: '/v1/models',
    operation: 'listModels',
    errors: openai,
    answer: listModels,
  },
  { method: 'GET', path: '/v1/models/', operation: 'showModel', errors: openai, answer: showModel },
  {
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'chatCompletions',
    errors: openai,
    answer: chatCompletions,
  },
];

/** The shape of errors at a path, even of one that has no route. */
export function errorsOf(path: string): Route['errors'] {
  return /^\/v1\/(?:models|chat)(?:\/|$)/.test(path) ? openai : problem;
}

/** @throws {ServeError} `SERVE_NO_PATH`, `SERVE_WRONG_METHOD`. */
export function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly rest: string } {
  const ofPath = ROUTES.filter((route) =>
    route.path.endsWith('/') ? path.startsWith(route.path) : path === route.path,
  );
  if (ofPath.length === 0) throw new ServeError('SERVE_NO_PATH', 'Cannot answer: no such path');
  const route = ofPath.find((one) => one.method === method);
  if (route === undefined) {
    throw new ServeError(
      'SERVE_WRONG_METHOD',
      `Cannot answer: the path takes only ${ofPath.map((one) => one.method).join(', ')}`,
    );
  }
  return { route, rest: decodeRest(path.slice(route.path.length)) };
}

function decodeRest(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServeError('SERVE_NO_PATH', 'Cannot answer: no such path');
  }
}
