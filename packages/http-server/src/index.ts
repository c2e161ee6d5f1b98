/**
 * What the servers of Testbench share: bounded sockets, headers and bodies; checks of `Host` and `Origin`; the comparison of secrets.
 *
 * It is a separate package because the studio, the server of metrics and `@testbench/serve` do not know each other, and a check that is
 * written three times is forgotten once.
 *
 * @packageDocumentation
 */
export { HttpServerError, type HttpServerErrorCode } from './errors.js';
export { findForeign, isLoopback, isLoopbackName } from './host-names.js';
export { isSameSecret } from './is-same-secret.js';
export {
  type OpenedServer,
  openServer,
  type OpenServerOptions,
  type ServerBounds,
} from './open-server.js';
export { type JsonBodyBounds, readJsonBody } from './read-json-body.js';
export { splitTarget } from './split-target.js';
