import { StudioError } from '../errors.js';
import type { Route } from './route.js';

/**
 * Finds the route of a path.
 *
 * @throws {StudioError} `STUDIO_NOT_FOUND` if no route has the path; `STUDIO_BAD_REQUEST` if a route has the path with another method.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Route {
  const ofPath = routes.filter((route) => route.path === path);
  if (ofPath.length === 0) throw new StudioError('STUDIO_NOT_FOUND', 'Cannot answer: no such path');
  const found = ofPath.find((route) => route.method === method);
  if (found !== undefined) return found;
  throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot answer: the path takes another method');
}
