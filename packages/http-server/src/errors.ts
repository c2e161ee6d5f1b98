import { PluginError } from '@testbench/types/errors';

/** Why a server does not start, or a request is not answered. */
export type HttpServerErrorCode =
  /** The address or port cannot be listened on; the message says why. */
  | 'HTTP_CANNOT_LISTEN'
  /** The body is longer than the server accepts. */
  | 'HTTP_BODY_TOO_LARGE'
  /** The body declares another type than JSON, or is compressed. */
  | 'HTTP_BODY_TYPE'
  /** The body is not JSON in UTF-8, nests too deep or has too many values. */
  | 'HTTP_BODY_INVALID';

/** A server does not start, or a request is not answered. */
export class HttpServerError extends PluginError<HttpServerErrorCode> {
  override get name(): 'HttpServerError' {
    return 'HttpServerError';
  }
}
