import { StudioError } from '../errors.js';
import type { Route } from './route.js';

/** A route, and the values of its parts with a colon. */
export interface MatchedRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a path.
 *
 * @throws {StudioError} `STUDIO_NOT_FOUND` if no route has the path; `STUDIO_BAD_REQUEST` if a route has the path with another method, or
 *   the path is badly encoded.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): MatchedRoute {
  const parts = path.split('/');
  let isOtherMethod = false;
  for (const route of routes) {
    const params = matchParts(route.path.split('/'), parts);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    isOtherMethod = true;
  }
  if (!isOtherMethod) throw new StudioError('STUDIO_NOT_FOUND', 'Cannot answer: no such path');
  throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot answer: the path takes another method');
}

function matchParts(
  wanted: readonly string[],
  found: readonly string[],
): Record<string, string> | undefined {
  if (wanted.length !== found.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of wanted.entries()) {
    const text = found[index]!;
    if (!part.startsWith(':')) {
      if (part !== text) return undefined;
      continue;
    }
    if (text === '') return undefined;
    params[part.slice(1)] = decodePart(text);
  }
  return params;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot read the path: it is not well encoded', {
      cause,
    });
  }
}
