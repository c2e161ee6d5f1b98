import { PluginError } from '@testbench/types/errors';

/** Why a server of plugins does not answer a request as asked. */
export type ServeErrorCode =
  /** The request came under a host name that is not the server's. */
  | 'SERVE_FOREIGN_HOST'
  /** The request came from a page of another origin. */
  | 'SERVE_FOREIGN_ORIGIN'
  /** The token is missing or wrong. */
  | 'SERVE_NO_TOKEN'
  /** There is no such path. */
  | 'SERVE_NO_PATH'
  /** The path takes another method. */
  | 'SERVE_WRONG_METHOD'
  /** No plugin or model of that name is served. */
  | 'SERVE_NOT_SERVED'
  /** A field of the request has a value, or asks for something, that this server does not support. */
  | 'SERVE_UNSUPPORTED'
  /** A batch, or the answer to a request, is larger than the server's limits. */
  | 'SERVE_TOO_LARGE'
  /** The server answers as many requests as it may, or holds as many bytes of them. */
  | 'SERVE_BUSY'
  /** The server is being stopped. */
  | 'SERVE_STOPPING'
  /** The request's time is over. */
  | 'SERVE_TIMED_OUT';

/** A request is not answered as asked. */
export class ServeError extends PluginError<ServeErrorCode> {
  override get name(): 'ServeError' {
    return 'ServeError';
  }
}
